package io.mcpsession.session;

import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import javax.crypto.Mac;

import static java.nio.charset.StandardCharsets.US_ASCII;

/**
 * Mints session ids and proves whom they were minted for.
 *
 * <p>An id carries 138 random bits and a 96-bit HMAC tag over its time, its random part and its owner. The tag refuses
 * a forged or foreign id without asking Redis, and lets an expired id be told from an invented one.
 */
public final class SessionIds {

    private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    private static final Base64.Encoder BASE64URL = Base64.getUrlEncoder().withoutPadding();
    private static final int RANDOM_BYTES = SessionId.RANDOM_LENGTH * 3 / 4;
    private static final int TAG_BYTES = SessionId.TAG_LENGTH * 3 / 4;

    private final SigningKeys keys;
    private final SecureRandom random;
    private final InstantSource clock;
    private final boolean original;

    /** Of sessions that are all this server's own. */
    public SessionIds(SigningKeys keys, SecureRandom random, InstantSource clock) {
        this(keys, random, clock, false);
    }

    /**
     * @param original whether ids of the original system are ids as well
     */
    public SessionIds(SigningKeys keys, SecureRandom random, InstantSource clock, boolean original) {
        this.keys = keys;
        this.random = random;
        this.clock = clock;
        this.original = original;
    }

    /** The id in {@code text}, or empty when the text is none. */
    public Optional<SessionId> parse(String text) {
        return original ? SessionId.parseAny(text) : SessionId.parse(text);
    }

    /**
     * A fresh id for {@code owner}.
     *
     * @throws StoreUnavailableException when the signing keys could not be read yet
     */
    public SessionId mint(Principal owner) {
        byte[] bytes = new byte[RANDOM_BYTES];
        random.nextBytes(bytes);
        // The machine's own locale may write digits that are none of ours.
        String signed = SessionId.PREFIX + String.format(Locale.ROOT, "%013d", clock.millis()) + '-'
                + bucketOf(owner) + BASE64URL.encodeToString(bytes).substring(1);
        return new SessionId(signed + tag(keys.current().getFirst(), signed, owner));
    }

    /**
     * Whether {@code id} was minted by this deployment for exactly this principal.
     *
     * @throws StoreUnavailableException when the signing keys could not be read yet
     */
    public boolean proves(SessionId id, Principal owner) {
        if (id.isOriginal()) {
            return false;
        }
        byte[] presented = id.tag().getBytes(US_ASCII);
        boolean proven = false;
        for (SigningKey key : keys.current()) {
            proven |= MessageDigest.isEqual(presented, tag(key, id.signed(), owner).getBytes(US_ASCII));
        }
        return proven;
    }

    /**
     * Whether {@code id} says of itself that it was not minted for this principal. One of the original system says
     * nothing: its session must be asked.
     */
    boolean denies(SessionId id, Principal owner) {
        return !id.isOriginal() && !proves(id, owner);
    }

    /** The placing character of every id of {@code owner}: six bits of a hash, so it names nobody. */
    public static char bucketOf(Principal owner) {
        return owner.fingerprint().charAt(0);
    }

    /** The number of a placing character, 0 to 63. */
    public static int bucketNumber(char bucket) {
        return ALPHABET.indexOf(bucket);
    }

    private static String tag(SigningKey key, String signed, Principal owner) {
        Mac mac = key.mac();
        mac.update(signed.getBytes(US_ASCII));
        mac.update(owner.encoded());
        return BASE64URL.encodeToString(Arrays.copyOf(mac.doFinal(), TAG_BYTES));
    }
}
