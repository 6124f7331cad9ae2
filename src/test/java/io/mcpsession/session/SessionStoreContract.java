package io.mcpsession.session;

import io.mcpsession.testing.MutableClock;
import java.security.SecureRandom;
import java.util.List;

import static java.nio.charset.StandardCharsets.US_ASCII;

/** What {@link SessionStore} promises, part by part. Whatever passes is a store. */
public abstract class SessionStoreContract implements CreateContract, ResumeContract, ChangeAndListContract,
        EndContract, PlaceContract, AliasContract, ReviveContract, RenewalContract, LimitContract, ServiceContract {

    protected final MutableClock clock = MutableClock.atPresent();
    private final List<SigningKey> keys = List.of(new SigningKey("a key of 16 bytes or more".getBytes(US_ASCII)));
    protected final SessionIds ids = new SessionIds(() -> keys, new SecureRandom(), clock);

    @Override
    public final MutableClock clock() {
        return clock;
    }

    @Override
    public final SessionIds ids() {
        return ids;
    }
}
