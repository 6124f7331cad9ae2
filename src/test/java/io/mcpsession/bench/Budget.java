package io.mcpsession.bench;

/**
 * What a request may cost. Counts, not times, so they hold on any machine and under any load.
 *
 * <p>To renew the bytes run {@code mvn test -Dtest=BudgetTest} and take what it prints. They are what the code asks
 * for, before the optimising compiler leaves out what it can: {@link BudgetTest} runs the server without that compiler,
 * since what it has got to by then differs from run to run. {@code mvn -Pbench verify} tells what is left of them.
 */
enum Budget {

    PING("ping, one session", 1, 26_500),
    LIST("tools/list, one session", 1, 45_200),
    STATELESS_LIST("tools/list, stateless", 0, 35_400),
    INITIALIZE("initialize", 1, 35_900),
    VALIDATE("ValidateSession", 1, 82_700),
    TOUCH("TouchSession", 1, 80_800),
    CHECK("Envoy's Check", 1, 99_500);

    /** So much more or less is no news. */
    private static final double TOLERANCE = 0.1;

    /** What {@link Kinds} calls the request. */
    final String kind;
    /** Most commands to Redis, which are as many round trips. */
    final int commands;
    /** Bytes that the server allocates; a tenth more is too much. */
    final double bytes;

    Budget(String kind, int commands, double bytes) {
        this.kind = kind;
        this.commands = commands;
        this.bytes = bytes;
    }

    double mostBytes() {
        return bytes * (1 + TOLERANCE);
    }

    /** Whether it has become so cheap that the budget would no longer notice when that is lost again. */
    boolean isGenerousFor(double allocated) {
        return allocated < bytes * (1 - TOLERANCE);
    }
}
