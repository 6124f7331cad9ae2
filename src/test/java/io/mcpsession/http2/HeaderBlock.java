package io.mcpsession.http2;

import java.io.ByteArrayOutputStream;
import java.util.HexFormat;

import static java.nio.charset.StandardCharsets.UTF_8;

/** Writes headers as a client does (RFC 7541, section 6), without Huffman's code. */
public final class HeaderBlock {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    /** The headers that every request has: POST http://localhost/ by the static table. */
    public static HeaderBlock request() {
        HeaderBlock block = new HeaderBlock();
        block.bytes.writeBytes(new byte[] {(byte) 0x83, (byte) 0x86, (byte) 0x84});
        return block.named(0, 1, "localhost");
    }

    public static HeaderBlock request(String method, String path) {
        HeaderBlock block = new HeaderBlock();
        return block.passing(2, method).known(6).passing(4, path).passing(1, "localhost");
    }

    static HeaderBlock empty() {
        return new HeaderBlock();
    }

    /** A header that is to be remembered. */
    HeaderBlock remembered(String name, String value) {
        return literal(0x40, name, value);
    }

    /** A header of any form whose name stands here: 0x40 to be remembered, 0 not, 0x10 never. */
    HeaderBlock literal(int form, String name, String value) {
        bytes.write(form);
        return text(name).text(value);
    }

    /** The same, of what is in Huffman's code already, in hexadecimal. */
    HeaderBlock huffman(int form, String name, String value) {
        bytes.write(form);
        return huffman(name).huffman(value);
    }

    private HeaderBlock huffman(String coded) {
        byte[] text = HexFormat.of().parseHex(coded);
        return number(0x80, 7, text.length).raw(text);
    }

    /** A header that is to be remembered, whose name is in the table already. */
    HeaderBlock remembered(int name, String value) {
        number(0x40, 6, name);
        return text(value);
    }

    /** A header that is not, whose name is in the table. */
    public HeaderBlock passing(int name, String value) {
        return named(0, name, value);
    }

    /** A header that is not, whose name is not in the table either. */
    public HeaderBlock passing(String name, String value) {
        bytes.write(0);
        return text(name).text(value);
    }

    /** A header that is in the table. */
    HeaderBlock known(int index) {
        return number(0x80, 7, index);
    }

    HeaderBlock tableOf(int size) {
        return number(0x20, 5, size);
    }

    HeaderBlock and(HeaderBlock more) {
        return raw(more.bytes());
    }

    HeaderBlock raw(byte... more) {
        bytes.writeBytes(more);
        return this;
    }

    public byte[] bytes() {
        return bytes.toByteArray();
    }

    private HeaderBlock named(int form, int name, String value) {
        return number(form, 4, name).text(value);
    }

    private HeaderBlock text(String text) {
        byte[] utf8 = text.getBytes(UTF_8);
        number(0, 7, utf8.length);
        return raw(utf8);
    }

    HeaderBlock number(int form, int bits, int number) {
        int most = (1 << bits) - 1;
        if (number < most) {
            bytes.write(form | number);
            return this;
        }
        bytes.write(form | most);
        int more = number - most;
        for (; more >= 0x80; more >>>= 7) {
            bytes.write(more & 0x7f | 0x80);
        }
        bytes.write(more);
        return this;
    }
}
