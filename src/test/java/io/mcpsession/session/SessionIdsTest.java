package io.mcpsession.session;

import io.mcpsession.testing.MutableClock;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

class SessionIdsTest {

    private static final String BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    private static final int RANDOM_START = "mcp-0000000000000-".length() + 1;
    private static final int RANDOM_BITS = 138;
    private static final Principal ALICE = new Principal("https://issuer.example", "alice");
    private static final Principal BOB = new Principal("https://issuer.example", "bob");
    private static final SigningKey OLD = key("an old key of 16+ bytes");
    private static final SigningKey NEW = key("a new key of 16+ bytes");

    private final MutableClock clock = MutableClock.atPresent();
    private final SessionIds ids = idsOf(NEW);

    private static SigningKey key(String secret) {
        return new SigningKey(secret.getBytes(US_ASCII));
    }

    private SessionIds idsOf(SigningKey... keys) {
        List<SigningKey> list = List.of(keys);
        return new SessionIds(() -> list, new SecureRandom(), clock);
    }

    @Test
    void aMintedIdHasTheShapeOfAnIdAndCarriesTheTime() {
        SessionId id = ids.mint(ALICE);

        assertThat(SessionId.parse(id.value()), is(Optional.of(id)));
        assertThat(id.createdMillis(), is(clock.millis()));
    }

    @Test
    void aMintedIdHasTheShapeOfAnIdWhateverDigitsTheMachineWrites() {
        Locale usual = Locale.getDefault();
        Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
        try {
            assertThat(ids.mint(ALICE).createdMillis(), is(clock.millis()));
        } finally {
            Locale.setDefault(usual);
        }
    }

    @Test
    void aHundredThousandIdsOfOneMillisecondHoldNoDuplicate() {
        Set<SessionId> minted = new HashSet<>();

        for (int i = 0; i < 100_000; i++) {
            minted.add(ids.mint(ALICE));
        }

        assertThat(minted, hasSize(100_000));
    }

    @Test
    void eachOf138BitsIsDrawnAnew() {
        var everSet = new BitSet();
        var everClear = new BitSet();

        for (int i = 0; i < 200; i++) {
            BitSet bits = randomBitsOf(ids.mint(ALICE));
            everSet.or(bits);
            bits.flip(0, RANDOM_BITS);
            everClear.or(bits);
        }

        assertThat(everSet.cardinality(), is(RANDOM_BITS));
        assertThat(everClear.cardinality(), is(RANDOM_BITS));
    }

    private static BitSet randomBitsOf(SessionId id) {
        var bits = new BitSet(RANDOM_BITS);
        for (int i = 0; i < RANDOM_BITS; i++) {
            int digit = BASE64URL.indexOf(id.value().charAt(RANDOM_START + i / 6));
            bits.set(i, (digit >> i % 6 & 1) == 1);
        }
        return bits;
    }

    @Test
    void anIdProvesItsOwnerAndNobodyElse() {
        SessionId id = ids.mint(ALICE);

        assertThat(ids.proves(id, ALICE), is(true));
        assertThat(ids.proves(id, BOB), is(false));
        assertThat(ids.proves(id, Principal.ofSubject(ALICE.subject())), is(false));
    }

    @Test
    void anIdTellsPrincipalsApartWhereverTheIssuerEnds() {
        var lookalikes = List.of(new Principal("a", "b:c"), new Principal("a:b", "c"), new Principal("", "a:b:c"),
                new Principal("a", "b\0c"), new Principal("a\0b", "c"), new Principal("", "abc"));

        for (Principal owner : lookalikes) {
            SessionId id = ids.mint(owner);
            var proven = new ArrayList<>(lookalikes);
            proven.removeIf(caller -> !ids.proves(id, caller));
            assertThat(proven, is(List.of(owner)));
        }
    }

    @Test
    void aForgedIdProvesNothing() {
        String genuine = ids.mint(ALICE).value();

        for (int i = "mcp-".length(); i < genuine.length(); i++) {
            if (genuine.charAt(i) != '-') {
                char other = genuine.charAt(i) == '0' ? '1' : '0';
                var forged = new SessionId(genuine.substring(0, i) + other + genuine.substring(i + 1));
                assertThat("changed at " + i, ids.proves(forged, ALICE), is(false));
            }
        }
    }

    @Test
    void anIdOfAnotherDeploymentProvesNothing() {
        SessionId foreign = idsOf(key("a key we never had")).mint(ALICE);

        assertThat(ids.proves(foreign, ALICE), is(false));
    }

    @Test
    void afterARotationTheFirstKeySignsAndTheOldOneStillVerifies() {
        SessionId before = idsOf(OLD).mint(ALICE);
        SessionIds rotated = idsOf(NEW, OLD);

        SessionId after = rotated.mint(ALICE);

        assertThat(rotated.proves(before, ALICE), is(true));
        assertThat(rotated.proves(before, BOB), is(false));
        assertThat(idsOf(NEW).proves(after, ALICE), is(true));
        assertThat(idsOf(OLD).proves(after, ALICE), is(false));
    }

    @Test
    void withoutTheOldKeyItsIdsAreNoLongerGood() {
        SessionId before = idsOf(OLD).mint(ALICE);

        assertThat(idsOf(NEW).proves(before, ALICE), is(false));
    }

    @Test
    void allIdsOfAUserLiveInOneBucket() {
        assertThat(ids.mint(ALICE).bucket(), is(SessionIds.bucketOf(ALICE)));
        assertThat(ids.mint(ALICE).bucket(), is(ids.mint(ALICE).bucket()));
    }

    @Test
    void bucketsAreNumberedFrom0To63() {
        for (int number = 0; number < 64; number++) {
            assertThat(SessionIds.bucketNumber(BASE64URL.charAt(number)), is(number));
        }
    }

    @Test
    void aShortKeyIsRefused() {
        new SigningKey(new byte[SigningKey.MIN_BYTES]);

        assertThrows(IllegalArgumentException.class, () -> new SigningKey(new byte[SigningKey.MIN_BYTES - 1]));
    }

    @Test
    void aKeyIsNotChangedThroughTheBytesItWasMadeOf() {
        byte[] secret = "a secret of 16 or more bytes".getBytes(US_ASCII);
        var key = new SigningKey(secret);
        SessionId id = idsOf(key).mint(ALICE);

        secret[0]++;

        assertThat(idsOf(key).proves(id, ALICE), is(true));
        assertThat(key, is(not(new SigningKey(secret))));
    }

    @Test
    void theTextOfAKeyDoesNotRevealIt() {
        assertThat(NEW.toString(), is("SigningKey[secret]"));
    }
}
