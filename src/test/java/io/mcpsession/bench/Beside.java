package io.mcpsession.bench;

/** What a kind of load is beside the yardstick of its group. */
enum Beside {

    /** It is the yardstick. */
    YARDSTICK,

    /** A request, as the yardstick is: both rate and time are compared. */
    REQUEST,

    /** Many requests one after the other, timed as a whole: only the rate is compared. */
    FLOW
}
