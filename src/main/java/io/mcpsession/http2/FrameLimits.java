package io.mcpsession.http2;

/**
 * What is taken from one connection.
 *
 * @param frame   payload of one frame, in bytes
 * @param block   all frames with one header block, in bytes
 * @param streams how many may be open at once
 */
record FrameLimits(int frame, long block, long streams) {
}
