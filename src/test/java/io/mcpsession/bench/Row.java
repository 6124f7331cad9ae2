package io.mcpsession.bench;

/**
 * A row of the table.
 *
 * @param group   rows of one group and as many clients are compared with its yardstick
 * @param clients how many at once, or how many requests arrive in a second
 * @param beside  how it is compared with that
 */
record Row(String group, String name, String clients, Beside beside, Figures figures) {

    boolean isYardstick() {
        return beside == Beside.YARDSTICK;
    }

    boolean comparesWith(Row other) {
        return other.isYardstick() && group.equals(other.group) && clients.equals(other.clients);
    }
}
