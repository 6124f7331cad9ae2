package io.mcpsession.auth;

/** What a service may do on the internal socket. */
public enum ServiceRole {
    /** Look at sessions, and keep alive those in use. */
    READ,
    /** Everything: also open, change and end them. */
    ADMIN;

    /** Whether who has this role may do what the other one may. */
    public boolean includes(ServiceRole other) {
        return this == ADMIN || other == READ;
    }
}
