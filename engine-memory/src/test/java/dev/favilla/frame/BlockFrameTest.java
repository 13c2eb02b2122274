package dev.favilla.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.favilla.testing.TestSeed;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BlockFrameTest {

    private static final BlockHeader HEADER = new BlockHeader("shuffle_3_7_1", 42, 2, 1000);

    private static byte[] content(BlockFrame.Payload payload) {
        return Arrays.copyOfRange(payload.bytes(), payload.offset(), payload.offset() + payload.length());
    }

    private static byte[] random(SplittableRandom random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7, 4096, 100_000})
    void whatWasWrappedComesBack(int length, TestSeed seed) {
        byte[] around = random(seed.random(), length + 10);

        byte[] frame = new BlockFrame(Compression.NONE).wrap(HEADER, around, 4, length);

        assertThat(content(BlockFrame.open(frame, HEADER))).isEqualTo(Arrays.copyOfRange(around, 4, 4 + length));
    }

    @Test
    void anyNameIsKept() {
        BlockHeader header = new BlockHeader("blöck ☃ 🔥", Long.MIN_VALUE, -1, Long.MAX_VALUE);

        assertThat(BlockFrame.open(new BlockFrame(Compression.NONE).wrap(header, new byte[3], 0, 3), header)
                        .length())
                .isEqualTo(3);
    }

    @Test
    void bytesOutsideThePayloadAreRefused() {
        assertThatThrownBy(() -> new BlockFrame(Compression.NONE).wrap(HEADER, new byte[3], 1, 3))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Nested
    class AnotherBlock {

        private final byte[] frame = new BlockFrame(Compression.NONE).wrap(HEADER, new byte[8], 0, 8);

        private void isNamed(BlockHeader expected, String difference) {
            assertThatThrownBy(() -> BlockFrame.open(frame, expected))
                    .isInstanceOf(DamagedBlockException.class)
                    .hasMessage("Block " + expected.blockId() + " of attempt " + expected.attemptId() + " is damaged: "
                            + difference);
        }

        @Test
        void isNoticedByEachPartOfItsHeader() {
            isNamed(new BlockHeader("x", 42, 2, 1000), "block id must be x, is shuffle_3_7_1");
            isNamed(new BlockHeader("shuffle_3_7_1", 41, 2, 1000), "attempt must be 41, is 42");
            isNamed(new BlockHeader("shuffle_3_7_1", 42, 3, 1000), "input version must be 3, is 2");
            isNamed(new BlockHeader("shuffle_3_7_1", 42, 2, 999), "record count must be 999, is 1000");
        }

        @Test
        void cutShortSaysHowMuchIsThere() {
            assertThatThrownBy(() -> BlockFrame.open(new byte[5], HEADER))
                    .hasMessageEndingWith("there are only 5 bytes");
        }
    }

    @Test
    void everyOneOfTenThousandDamagesIsNoticed(TestSeed seed) {
        SplittableRandom random = seed.random();
        byte[] other = new BlockFrame(Compression.NONE)
                .wrap(new BlockHeader("shuffle_3_7_2", 42, 2, 1000), random(random, 300), 0, 300);
        for (int i = 0; i < 10_000; i++) {
            byte[] payload = random(random, random.nextInt(400));
            byte[] frame = new BlockFrame(Compression.NONE).wrap(HEADER, payload, 0, payload.length);

            byte[] damaged = Damage.of(frame, other, random);

            if (!Arrays.equals(frame, damaged)) {
                assertThatThrownBy(() -> BlockFrame.open(damaged, HEADER)).isInstanceOf(DamagedBlockException.class);
            }
        }
    }
}
