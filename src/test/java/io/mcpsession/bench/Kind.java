package io.mcpsession.bench;

/**
 * A kind of load.
 *
 * @param group  kinds of one group share a yardstick
 * @param name   what the table calls it
 * @param beside how it is compared with that
 * @param calls  who puts the load on
 */
record Kind(String group, String name, Beside beside, Caller.Maker calls) {

    static final String HTTP = "HTTP";
    static final String GRPC = "gRPC";
    static final String REDIS = "Redis";
}
