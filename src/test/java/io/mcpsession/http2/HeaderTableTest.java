package io.mcpsession.http2;

import io.helidon.http.http2.Http2Exception;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.sameInstance;
import static org.junit.jupiter.api.Assertions.assertThrows;

/** The table of HPACK has 4096 bytes, of which each entry takes its name, its value and 32. */
class HeaderTableTest {

    private static final int AUTHORIZATION = 23;
    private static final int WWW_AUTHENTICATE = 61;
    private static final String TOO_LARGE = "v".repeat(4096 - 32 + 1);

    private final HeaderTable table = new HeaderTable();

    @Test
    void headersThatFitArePassedOnUnchanged() {
        byte[] block = HeaderBlock.request().remembered("x-a", "1").remembered(AUTHORIZATION, "v".repeat(4000))
                .passing(AUTHORIZATION, TOO_LARGE).known(62).bytes();

        assertThat(harmless(block), is(sameInstance(block)));
    }

    @Test
    void whatIsLargerThanTheTableIsNotToBeRemembered() {
        assertThat(harmless(HeaderBlock.request().remembered(AUTHORIZATION, TOO_LARGE).remembered("x-a", "1").bytes()),
                is(HeaderBlock.request().passing(AUTHORIZATION, TOO_LARGE).remembered("x-a", "1").bytes()));
        assertThat(harmless(HeaderBlock.empty().remembered(3, TOO_LARGE).bytes()),
                is(HeaderBlock.empty().passing(3, TOO_LARGE).bytes()));
        assertThat(harmless(HeaderBlock.empty().remembered(500, TOO_LARGE).bytes()),
                is(HeaderBlock.empty().passing(500, TOO_LARGE).bytes()));
    }

    @Test
    void severalAreChangedInOneBlock() {
        byte[] changed = harmless(HeaderBlock.request().remembered(AUTHORIZATION, TOO_LARGE).remembered("x-a", "1")
                .remembered(WWW_AUTHENTICATE, TOO_LARGE).known(2).bytes());

        assertThat(changed, is(HeaderBlock.request().passing(AUTHORIZATION, TOO_LARGE).remembered("x-a", "1")
                .passing(WWW_AUTHENTICATE, TOO_LARGE).known(2).bytes()));
    }

    @Test
    void aTableThatTheClientMadeSmallerCounts() {
        byte[] first = HeaderBlock.empty().tableOf(0).remembered(AUTHORIZATION, "v".repeat(100)).bytes();
        assertThat(harmless(first),
                is(HeaderBlock.empty().tableOf(0).passing(AUTHORIZATION, "v".repeat(100)).bytes()));

        byte[] later = HeaderBlock.empty().remembered(AUTHORIZATION, "v").bytes();
        assertThat(harmless(later), is(HeaderBlock.empty().passing(AUTHORIZATION, "v").bytes()));

        byte[] large = HeaderBlock.empty().tableOf(4096).remembered(AUTHORIZATION, "v".repeat(4000)).bytes();
        assertThat(harmless(large), is(sameInstance(large)));
    }

    @Test
    void lengthsAreThoseBehindHuffmansCode() {
        byte[] fits = huffman(500);
        assertThat(harmless(fits), is(sameInstance(fits)));

        byte[] tooLarge = huffman(509);
        byte[] changed = tooLarge.clone();
        changed[0] = 0;
        assertThat(harmless(tooLarge), is(changed));
    }

    /** Either side might be right, and a table of another content than the client's would mix up its headers. */
    @Test
    void whatIsNeitherLargerNorSmallerForCertainIsRefused() {
        String value = "v".repeat(4096 - 32 - 20);

        assertThrows(Http2Exception.class, () -> harmless(HeaderBlock.empty().remembered(62, value).bytes()));
        assertThrows(Http2Exception.class,
                () -> new HeaderTable().harmless(HeaderBlock.empty().remembered("x".repeat(100), value).bytes(), 0, 0));
    }

    @Test
    void theLongestNameOfTheConnectionIsReckonedWith() {
        String value = "v".repeat(4096 - 32 - 100);
        byte[] before = HeaderBlock.empty().remembered(62, value).bytes();
        assertThat(harmless(before), is(sameInstance(before)));

        harmless(HeaderBlock.empty().remembered("x".repeat(200), "1").bytes());

        assertThrows(Http2Exception.class, () -> harmless(HeaderBlock.empty().remembered(62, value).bytes()));
    }

    @Test
    void whatStandsAroundTheHeadersStays() {
        byte[] headers = HeaderBlock.request().remembered(AUTHORIZATION, TOO_LARGE).bytes();
        byte[] padded = HeaderBlock.empty().raw((byte) 2).raw(headers).raw((byte) 0, (byte) 0).bytes();

        byte[] changed = table.harmless(padded, 1, 2);

        assertThat(changed.length, is(padded.length + 1));
        assertThat(Arrays.copyOfRange(changed, 1, changed.length - 2),
                is(HeaderBlock.request().passing(AUTHORIZATION, TOO_LARGE).bytes()));
    }

    @Test
    void whatEndsTooEarlyOrNeverIsRefused() {
        for (byte[] odd : new byte[][] {{0x40}, {0x40, 5, 'a'}, {0x40, 1, 'a', 0x7f, (byte) 0x80}, {(byte) 0xff},
                {0x3f, -1, -1, -1, -1, -1, -1, 1}, {0x0f}, {0x40, 1, 'a', 0x7f, -1, -1, -1, -1, -1, 1}}) {
            assertThrows(Http2Exception.class, () -> new HeaderTable().harmless(odd, 0, 0), Arrays.toString(odd));
        }
        assertThat(new HeaderTable().harmless(new byte[0], 6, 0), is(equalTo(new byte[0])));
    }

    private byte[] harmless(byte[] block) {
        return table.harmless(block, 0, 0);
    }

    /** Eight times "a", whose code is 00011. */
    private static final byte[] EIGHT = {0x18, (byte) 0xc6, 0x31, (byte) 0x8c, 0x63};

    /** A header of this value to be remembered, in Huffman's code. */
    private static byte[] huffman(int eights) {
        HeaderBlock block = HeaderBlock.empty().raw((byte) 0x40, (byte) 1, (byte) 'x').number(0x80, 7, eights * EIGHT.length);
        for (int i = 0; i < eights; i++) {
            block.raw(EIGHT);
        }
        return block.bytes();
    }
}
