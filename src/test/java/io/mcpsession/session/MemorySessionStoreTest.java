package io.mcpsession.session;

class MemorySessionStoreTest extends SessionStoreContract {

    private final MemorySessionStore store = new MemorySessionStore(LIMITS, clock);

    @Override
    public SessionStore store() {
        return store;
    }

    @Override
    public SessionStore storeWithin(SessionLimits limits) {
        return store.within(limits);
    }

    @Override
    public void storeSomethingIn(SessionId id) {
        store.use(id);
    }
}
