package io.mcpsession.conformance;

import java.util.Base64;

/** The smallest picture and the smallest sound there are. */
final class Samples {

    static final String PNG = "image/png";
    static final String WAV = "audio/wav";

    private Samples() {
    }

    /** One red pixel. */
    static byte[] image() {
        return Base64.getDecoder().decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHw"
                + "AFBQIAX8jx0gAAAABJRU5ErkJggg==");
    }

    /** One sample of silence. */
    static byte[] audio() {
        return Base64.getDecoder().decode("UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA=");
    }
}
