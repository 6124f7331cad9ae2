package io.mcpsession.faults;

/** What goes wrong with Redis. */
enum Fault {

    STOP("stopped for 3 s", false, false),
    KILL("kill -9, back after 3 s", false, false),
    PAUSE("holds still for 10 s", false, false),
    DELAY("500 ms later for 8 s", false, false),
    SLOW_LINK("20 kB/s for 8 s", false, false),
    HALF_OPEN("swallows all for 8 s", false, false),
    CUT_ANSWERS("answers cut for 8 s", false, false),
    FULL("full for 5 s", false, false),
    WRONG_ACL("wrong password for 5 s", false, false),
    FAILOVER("primary gone for good", false, true),
    SLOT_MOVE("4 slots move", false, false),
    FLUSHALL("FLUSHALL", true, true),
    EMPTY_RESTART("restarted without data", true, true);

    private final String text;
    private final boolean losesData;
    private final boolean lasting;

    Fault(String text, boolean losesData, boolean lasting) {
        this.text = text;
        this.losesData = losesData;
        this.lasting = lasting;
    }

    String text() {
        return text;
    }

    /** Whether sessions are gone afterwards, so that "not found" is right. */
    boolean losesData() {
        return losesData;
    }

    /** Whether it is not taken back, so that recovery counts from its beginning. */
    boolean isLasting() {
        return lasting;
    }
}
