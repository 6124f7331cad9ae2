package io.mcpsession;

import io.mcpsession.ops.LogText;
import io.mcpsession.settings.SettingsException;
import java.lang.System.Logger.Level;
import java.util.regex.Pattern;

/** What is said of a start that failed: one line, without a stack trace, whatever the cause. */
final class StartFailure {

    /** What stands before the host of an address may be a password. */
    private static final Pattern USER_INFO = Pattern.compile("//[^\\s/]*@");
    private static final Pattern LINE_BREAKS = Pattern.compile("\\s*[\\r\\n\\u0085\\u2028\\u2029]+\\s*");

    private StartFailure() {
    }

    /**
     * @param json whether standard error is for machines
     */
    static void tell(Throwable failure, boolean json) {
        if (json) {
            System.getLogger(StartFailure.class.getName()).log(Level.ERROR, message(failure));
        } else {
            System.err.println(line(failure));
        }
    }

    static String line(Throwable failure) {
        return LogText.escaped(LINE_BREAKS.matcher(message(failure)).replaceAll(" ").strip());
    }

    private static String message(Throwable failure) {
        String message = failure.getMessage() != null || failure.getCause() == null
                ? String.valueOf(failure.getMessage()) : failure.getCause().toString();
        String line = failure instanceof SettingsException || failure instanceof StartException
                ? message
                : "The server cannot start: " + failure.getClass().getName() + ": " + message;
        return USER_INFO.matcher(line).replaceAll("//(not shown)@");
    }
}
