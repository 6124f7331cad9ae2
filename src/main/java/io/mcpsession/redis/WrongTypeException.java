package io.mcpsession.redis;

import io.mcpsession.session.StoreUnavailableException;

/** A key of this server holds something of another type, which somebody else has written. */
final class WrongTypeException extends StoreUnavailableException {

    WrongTypeException(String message) {
        super(message, null);
    }
}
