package io.mcpsession.http2;

import io.helidon.webserver.http2.Http2Connection;
import org.junit.jupiter.api.Test;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

/**
 * This package mends one version of Helidon. With another one it is to be looked through, class by class, for what is
 * mended upstream (as helidon#12196 may be) and can go.
 */
class HelidonVersionTest {

    @Test
    void helidonIsTheVersionThatIsMendedHere() {
        assertThat(Http2Connection.class.getPackage().getImplementationVersion(), is("4.5.0"));
    }
}
