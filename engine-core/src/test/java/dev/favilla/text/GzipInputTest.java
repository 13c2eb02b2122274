package dev.favilla.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.favilla.testing.TestSeed;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.zip.CRC32;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipException;
import org.junit.jupiter.api.Test;

class GzipInputTest {

    private static byte[] gzip(byte[] content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write(content);
        }
        return bytes.toByteArray();
    }

    private static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            bytes.writeBytes(part);
        }
        return bytes.toByteArray();
    }

    private static byte[] random(SplittableRandom random, int length) {
        byte[] content = new byte[length];
        for (int i = 0; i < length; i++) {
            content[i] = (byte) ('a' + random.nextInt(5));
        }
        return content;
    }

    private static GzipInput open(byte[] compressed) {
        return new GzipInput(new ByteArrayInputStream(compressed), new InputLimits(1 << 20, 0, 1_000_000));
    }

    private static byte[] read(byte[] compressed) throws IOException {
        try (GzipInput in = open(compressed)) {
            return in.readAllBytes();
        }
    }

    /** A member with everything a header may have. */
    private static byte[] withFullHeader(byte[] content) throws IOException {
        byte[] plain = gzip(content);
        byte[] header = concat(
                new byte[] {0x1f, (byte) 0x8b, 8, 2 | 4 | 8 | 16, 1, 2, 3, 4, 0, 3},
                new byte[] {5, 0, 1, 2, 3, 4, 5},
                "name.txt\0".getBytes(StandardCharsets.ISO_8859_1),
                "a comment\0".getBytes(StandardCharsets.ISO_8859_1));
        CRC32 checksum = new CRC32();
        checksum.update(header);
        byte[] sum = {(byte) checksum.getValue(), (byte) (checksum.getValue() >> 8)};
        return concat(header, sum, Arrays.copyOfRange(plain, 10, plain.length));
    }

    @Test
    void noBytesAreNoContent() throws IOException {
        assertThat(read(new byte[0])).isEmpty();
        assertThat(read(gzip(new byte[0]))).isEmpty();
    }

    @Test
    void membersFollowEachOther(TestSeed seed) throws IOException {
        SplittableRandom random = seed.random();
        for (int round = 0; round < 30; round++) {
            ByteArrayOutputStream compressed = new ByteArrayOutputStream();
            ByteArrayOutputStream content = new ByteArrayOutputStream();
            for (int member = random.nextInt(5); member >= 0; member--) {
                byte[] part = random(random, random.nextInt(4) == 0 ? 0 : random.nextInt(200_000));
                content.writeBytes(part);
                compressed.writeBytes(random.nextBoolean() ? gzip(part) : withFullHeader(part));
            }
            compressed.writeBytes(new byte[random.nextInt(3) * 600]);

            assertThat(read(compressed.toByteArray())).isEqualTo(content.toByteArray());
        }
    }

    @Test
    void whatFollowsTheLastMemberIsToldUnlessItIsPadding() throws IOException {
        byte[] member = gzip("content".getBytes(StandardCharsets.UTF_8));
        for (byte[] garbage :
                new byte[][] {{'x'}, {0x1f}, {0x1f, 0}, "garbage".getBytes(StandardCharsets.UTF_8), {0, 0, 0, 1}}) {
            try (GzipInput in = open(concat(member, garbage))) {
                assertThat(in.readAllBytes()).asString().isEqualTo("content");
                assertThat(in.hasTrailingGarbage()).isTrue();
            }
        }
        for (byte[] padding : new byte[][] {{}, {0}, {0, 0}, new byte[100_000]}) {
            try (GzipInput in = open(concat(member, padding))) {
                assertThat(in.readAllBytes()).asString().isEqualTo("content");
                assertThat(in.hasTrailingGarbage()).isFalse();
            }
        }
    }

    @Test
    void aFileCutShortAnywhereSaysWhere(TestSeed seed) throws IOException {
        byte[] first = gzip(random(seed.random(), 300));
        byte[] whole = concat(first, withFullHeader(random(seed.random(), 300)));
        for (int length = 1; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            if (length == first.length || length == first.length + 1) {
                assertThat(read(cut)).hasSize(300); // one byte more is garbage, as it is to gzip
            } else {
                assertThatThrownBy(() -> read(cut))
                        .as("%s of %s bytes", length, whole.length)
                        .isInstanceOf(length == 1 ? ZipException.class : EOFException.class)
                        .hasMessageContaining(length == 1 ? "does not begin as gzip" : "it ends in the ");
            }
        }
    }

    @Test
    void aDamagedByteIsNoticedOrChangesNothing(TestSeed seed) throws IOException {
        SplittableRandom random = seed.random();
        byte[] content = random(random, 2_000);
        byte[] whole = concat(withFullHeader(content), gzip(content));
        for (int at = 0; at < whole.length; at++) {
            byte[] damaged = whole.clone();
            damaged[at] ^= (byte) (1 << random.nextInt(8));
            byte[] read;
            try {
                read = read(damaged);
            } catch (ZipException | EOFException e) {
                assertThat(e).hasMessageNotContaining("null");
                continue;
            }
            byte[] half = content;
            assertThat(read)
                    .satisfiesAnyOf(
                            all -> assertThat(all).isEqualTo(concat(half, half)),
                            all -> assertThat(all).isEqualTo(half));
        }
    }

    @Test
    void somethingElseIsSaidToBeNoGzip() {
        assertThatExceptionOfType(ZipException.class)
                .isThrownBy(() -> read("no gzip".getBytes(StandardCharsets.UTF_8)))
                .withMessageContaining("does not begin as gzip does");
    }
}
