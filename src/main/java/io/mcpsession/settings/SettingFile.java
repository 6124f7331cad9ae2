package io.mcpsession.settings;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/**
 * A file that a setting names.
 *
 * @param key   of the setting
 * @param path  as given
 * @param holds what must be in it, for the error
 */
record SettingFile(String key, Path path, String holds) {

    private static final long LARGEST = 1024 * 1024;

    /**
     * @param value of the key, not empty
     * @throws SettingsException when it is no path
     */
    static SettingFile of(String key, String value, String holds) {
        try {
            return new SettingFile(key, Path.of(value), holds);
        } catch (InvalidPathException e) {
            throw Keys.refused(key, "...", "the path of " + holds);
        }
    }

    /**
     * @throws SettingsException when it is missing, no regular file, unreadable, empty or larger than 1 MiB
     */
    void mustBeReadable() {
        String fault = fault(path);
        if (!fault.isEmpty()) {
            throw new SettingsException(Keys.named(key) + ": cannot read the file " + ShownValue.path(path.toString())
                    + ": " + fault + "; give " + holds);
        }
    }

    private static String fault(Path path) {
        if (!Files.exists(path)) {
            return "there is no such file";
        }
        if (!Files.isRegularFile(path)) {
            return Files.isDirectory(path) ? "it is a directory" : "it is no regular file";
        }
        try (InputStream in = Files.newInputStream(path)) {
            if (in.read() < 0) {
                return "it is empty";
            }
            return Files.size(path) > LARGEST ? "it is larger than " + LARGEST + " bytes" : "";
        } catch (AccessDeniedException e) {
            return "this process may not read it";
        } catch (IOException e) {
            return "it cannot be read (" + e.getClass().getSimpleName() + ")";
        }
    }
}
