package dev.favilla.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.favilla.serializer.KryoSerializer;
import dev.favilla.serializer.Serializer;
import dev.favilla.testing.TestSeed;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Blocks too large for one array, at the scale of a test: chunks of 64 bytes. */
class FrameStreamTest {

    private static final int CHUNK = 64;
    private static final BlockHeader HEADER = new BlockHeader("rdd_3_7", 42, 2, 1000);

    private static byte[] write(Compression compression, BlockHeader header, byte[] payload) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (FrameOutput out = new BlockFrame(compression, CHUNK).output(bytes, header)) {
            for (int at = 0; at < payload.length; at += 37) {
                out.write(payload, at, Math.min(37, payload.length - at));
            }
            assertThat(out.finish(header.recordCount())).isEqualTo(bytes.size());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return bytes.toByteArray();
    }

    private static byte[] read(byte[] frame) throws IOException {
        try (InputStream in = BlockFrame.input(new ByteArrayInputStream(frame), frame.length, HEADER)) {
            return in.readAllBytes();
        }
    }

    private static void verify(byte[] frame) throws IOException {
        BlockFrame.verify(new ByteArrayInputStream(frame), frame.length, HEADER, () -> {});
    }

    /** Half of it repeats, so that some chunks can be compressed and others cannot. */
    private static byte[] payload(SplittableRandom random, int length) {
        byte[] payload = new byte[length];
        random.nextBytes(payload);
        Arrays.fill(payload, length / 2, length, (byte) 7);
        return payload;
    }

    @ParameterizedTest
    @EnumSource
    void whatWasWrittenComesBackByEitherWay(Compression compression, TestSeed seed) throws IOException {
        for (int length : new int[] {0, 1, 63, 64, 65, 1000, 4096}) {
            byte[] payload = payload(seed.random(), length);

            byte[] frame = write(compression, HEADER, payload);

            assertThat(read(frame)).isEqualTo(payload);
            verify(frame);
            BlockFrame.Payload opened = BlockFrame.open(frame, HEADER);
            assertThat(Arrays.copyOfRange(opened.bytes(), opened.offset(), opened.offset() + opened.length()))
                    .isEqualTo(payload);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aFrameMadeInMemoryCanBeReadAsAStream(Compression compression, TestSeed seed) throws IOException {
        byte[] payload = payload(seed.random(), 5000);

        byte[] frame = new BlockFrame(compression).wrap(HEADER, payload, 0, payload.length);

        assertThat(read(frame)).isEqualTo(payload);
        assertThat(frame.length < payload.length).isEqualTo(compression != Compression.NONE);
    }

    @Test
    void recordsCrossChunks() {
        KryoSerializer serializer = new KryoSerializer(List.of());
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        FrameOutput frame = new BlockFrame(Compression.LZ4, CHUNK).output(bytes, HEADER);
        try (Serializer.RecordOutput out = serializer.open(frame)) {
            for (int i = 0; i < 1000; i++) {
                out.write(List.of("record " + i, i, new int[] {i}));
            }
            out.flush();
            frame.finish(1000);
        } catch (IOException e) {
            throw new AssertionError(e);
        }

        try (Serializer.RecordInput in = serializer.open(
                BlockFrame.input(new ByteArrayInputStream(bytes.toByteArray()), bytes.size(), HEADER))) {
            for (int i = 0; i < 1000; i++) {
                assertThat(((List<?>) in.read()).subList(0, 2)).isEqualTo(List.of("record " + i, i));
            }
        }
    }

    @Test
    void chunksThatChangedPlacesAreNoticed(TestSeed seed) {
        byte[] payload = new byte[4 * CHUNK];
        seed.random().nextBytes(payload);
        byte[] frame = write(Compression.NONE, HEADER, payload);
        byte[] other = write(Compression.NONE, new BlockHeader("rdd_3_7", 43, 2, 1000), payload);
        int head = FrameFormat.head(HEADER).length;
        int chunk = FrameFormat.CHUNK_BYTES + CHUNK + FrameFormat.CRC_BYTES;

        byte[] swapped = frame.clone();
        System.arraycopy(frame, head, swapped, head + chunk, chunk);
        System.arraycopy(frame, head + chunk, swapped, head, chunk);
        byte[] ofAnotherAttempt = frame.clone();
        System.arraycopy(other, head + 2 * chunk, ofAnotherAttempt, head + 2 * chunk, chunk);

        for (byte[] damaged : List.of(swapped, ofAnotherAttempt)) {
            assertThatThrownBy(() -> read(damaged)).isInstanceOf(DamagedBlockException.class);
            assertThatThrownBy(() -> BlockFrame.open(damaged, HEADER)).isInstanceOf(DamagedBlockException.class);
        }
    }

    @Test
    void aFrameThatWasNotFinishedIsDamaged() {
        byte[] frame = write(Compression.NONE, HEADER, new byte[200]);
        byte[] cut = Arrays.copyOf(frame, frame.length - FrameFormat.TRAILER_BYTES);

        assertThatThrownBy(() -> read(cut)).isInstanceOfSatisfying(DamagedBlockException.class, e -> {
            assertThat(e.blockId()).isEqualTo("rdd_3_7");
            assertThat(e.attemptId()).isEqualTo(42);
        });
    }

    @Test
    void damageIsToldThroughTheSerializerThatReads() {
        KryoSerializer serializer = new KryoSerializer(List.of());
        byte[] frame = write(Compression.NONE, HEADER, new byte[500]);
        frame[frame.length - 60] ^= 1;

        try (Serializer.RecordInput in =
                serializer.open(BlockFrame.input(new ByteArrayInputStream(frame), frame.length, HEADER))) {
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 500; i++) {
                            in.read();
                        }
                    })
                    .isInstanceOf(DamagedBlockException.class);
        }
    }

    @Test
    void everyOneOfTenThousandDamagesIsNoticedAndNoWrongByteComesOut(TestSeed seed) throws IOException {
        SplittableRandom random = seed.random();
        List<byte[]> frames = new ArrayList<>();
        List<byte[]> payloads = new ArrayList<>();
        for (Compression compression : Compression.values()) {
            byte[] payload = payload(random, 1000);
            payloads.add(payload);
            frames.add(write(compression, HEADER, payload));
        }
        byte[] other = write(Compression.LZ4, new BlockHeader("rdd_3_8", 42, 2, 1000), payload(random, 1000));
        int noticed = 0;
        for (int i = 0; i < 10_000; i++) {
            byte[] frame = frames.get(i % frames.size());
            byte[] damaged = Damage.of(frame, other, random);
            if (Arrays.equals(frame, damaged)) {
                noticed++;
                continue;
            }
            ByteArrayOutputStream seen = new ByteArrayOutputStream();
            try (InputStream in = BlockFrame.input(new ByteArrayInputStream(damaged), damaged.length, HEADER)) {
                in.transferTo(seen);
            } catch (DamagedBlockException e) {
                noticed++;
            }
            byte[] payload = payloads.get(i % frames.size());
            assertThat(seen.toByteArray()).isEqualTo(Arrays.copyOf(payload, seen.size()));
            assertThatThrownBy(() -> BlockFrame.open(damaged, HEADER)).isInstanceOf(DamagedBlockException.class);
            assertThatThrownBy(() -> verify(damaged)).isInstanceOf(DamagedBlockException.class);
        }

        assertThat(noticed).isEqualTo(10_000);
    }

    @Test
    @Tag("slow")
    void moreThanTwoGigabytesGoThroughOneFrame() throws IOException {
        long length = (2L << 30) + 12_345;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        byte[] zeros = new byte[1 << 20];
        try (FrameOutput out = new BlockFrame(Compression.LZ4).output(bytes, HEADER)) {
            for (long left = length; left > 0; left -= zeros.length) {
                out.write(zeros, 0, (int) Math.min(left, zeros.length));
            }
            out.finish(HEADER.recordCount());
        }

        byte[] frame = bytes.toByteArray();
        try (InputStream in = BlockFrame.input(new ByteArrayInputStream(frame), frame.length, HEADER)) {
            long read = 0;
            for (int n = in.read(zeros); n >= 0; n = in.read(zeros)) {
                read += n;
            }
            assertThat(read).isEqualTo(length);
        }
        assertThatThrownBy(() -> BlockFrame.open(frame, HEADER))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("read it through a stream");
    }
}
