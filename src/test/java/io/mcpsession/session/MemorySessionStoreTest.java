package io.mcpsession.session;

class MemorySessionStoreTest extends SessionStoreContract {

    private final SessionStore store = new MemorySessionStore(LIMITS, clock);

    @Override
    protected SessionStore store() {
        return store;
    }
}
