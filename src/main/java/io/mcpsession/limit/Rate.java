package io.mcpsession.limit;

/**
 * How much one caller may.
 *
 * @param perSecond requests a second in the long run; 0 for as many as it likes
 * @param burst     requests at once after a pause
 */
public record Rate(int perSecond, int burst) {

    public static final Rate UNLIMITED = new Rate(0, 1);

    boolean limited() {
        return perSecond > 0;
    }

    /** What a replica takes out of the shared bucket at a time: few enough to be fair, enough to be seldom. */
    int batch() {
        return Math.clamp(burst / 10, 1, 1000);
    }
}
