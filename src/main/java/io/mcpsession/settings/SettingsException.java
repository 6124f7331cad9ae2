package io.mcpsession.settings;

/** An invalid setting. The message is one line: the key, what is allowed, and the value unless it may be a secret. */
public final class SettingsException extends RuntimeException {

    SettingsException(String message) {
        super(message, null, false, false);
    }
}
