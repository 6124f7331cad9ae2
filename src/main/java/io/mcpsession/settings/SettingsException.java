package io.mcpsession.settings;

/** A setting that cannot be. The message names the key, the value and what is allowed. */
public final class SettingsException extends RuntimeException {

    SettingsException(String message) {
        super(message, null, false, false);
    }
}
