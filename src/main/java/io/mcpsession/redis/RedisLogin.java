package io.mcpsession.redis;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Who we are to Redis. What is in a file is read again when the file changes.
 *
 * @param user         ACL user
 * @param password     password of the ACL user, or of {@code requirepass}
 * @param userFile     file that holds the user
 * @param passwordFile file that holds the password
 */
public record RedisLogin(Optional<String> user, Optional<String> password, Optional<Path> userFile,
                         Optional<Path> passwordFile) {

    /** Nobody in particular. */
    public static final RedisLogin NONE = of(Optional.empty(), Optional.empty());

    /** Somebody whose name and password are known and stay the same. */
    public static RedisLogin of(Optional<String> user, Optional<String> password) {
        return new RedisLogin(user, password, Optional.empty(), Optional.empty());
    }

    boolean isInFiles() {
        return userFile.isPresent() || passwordFile.isPresent();
    }

    /**
     * The same with what the files hold now.
     *
     * @throws IllegalArgumentException when a file cannot be read or is empty; the message names it and its setting
     */
    RedisLogin read() {
        return of(userFile.map(file -> content("mcp.store.redis.user-file", file)).or(() -> user),
                passwordFile.map(file -> content("mcp.store.redis.password-file", file)).or(() -> password));
    }

    private static String content(String key, Path file) {
        try {
            // Whoever writes a secret with an editor ends its line.
            String content = Files.readString(file).strip();
            if (content.isEmpty()) {
                throw new IllegalArgumentException(key + ": there is nothing in " + file);
            }
            return content;
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(key + ": " + file + " is no text in UTF-8");
        } catch (IOException e) {
            throw new IllegalArgumentException(key + ": cannot read " + file + " (" + e.getClass().getSimpleName() + ")");
        }
    }

    @Override
    public String toString() {
        return "RedisLogin[user=" + user + ", password=" + (password.isPresent() ? "set" : "unset")
                + ", userFile=" + userFile + ", passwordFile=" + passwordFile + "]";
    }
}
