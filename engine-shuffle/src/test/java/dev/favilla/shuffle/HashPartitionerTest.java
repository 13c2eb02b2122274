package dev.favilla.shuffle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.favilla.testing.TestSeed;
import dev.favilla.value.UnsupportedKeyException;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HashPartitionerTest {

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
    void refusesLessThanOnePartition(int numPartitions) {
        assertThatThrownBy(() -> new HashPartitioner(numPartitions))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("numPartitions must be >= 1, got " + numPartitions);
    }

    @Nested
    class Placement {

        @Test
        void isTheNonNegativeRemainderOfTheHash() {
            HashPartitioner partitioner = new HashPartitioner(7);

            assertThat(partitioner.partition(10)).isEqualTo(3);
            assertThat(partitioner.partition("spark")).isEqualTo(Math.floorMod("spark".hashCode(), 7));
            assertThat(partitioner.partition(2.5)).isEqualTo(Math.floorMod(Double.hashCode(2.5), 7));
        }

        @Test
        void ofNegativeHashesIsValid() {
            HashPartitioner partitioner = new HashPartitioner(7);

            assertThat(partitioner.partition(-1)).isEqualTo(6);
            assertThat(partitioner.partition(Integer.MIN_VALUE)).isBetween(0, 6);
        }

        @Test
        void ofTheNullKeyIsTheFirstPartition() {
            assertThat(new HashPartitioner(7).partition(null)).isZero();
        }

        @Test
        void ofEnumsFollowsTheirNames() {
            assertThat(new HashPartitioner(1000).partition(TimeUnit.DAYS))
                    .isEqualTo(Math.floorMod("DAYS".hashCode(), 1000));
        }

        @Test
        void isAlwaysInRange(TestSeed seed) {
            SplittableRandom random = seed.random();
            for (int i = 0; i < 10_000; i++) {
                HashPartitioner partitioner = new HashPartitioner(random.nextInt(1, 5000));

                int partition = partitioner.partition(random.nextLong());

                assertThat(partition).isBetween(0, partitioner.numPartitions() - 1);
            }
        }

        @Test
        void isRefusedForArrays() {
            assertThatThrownBy(() -> new HashPartitioner(3).partition(new int[] {1}))
                    .isInstanceOf(UnsupportedKeyException.class);
        }
    }

    @Test
    void areEqualExactlyIfTheirCountsAre() {
        HashPartitioner partitioner = new HashPartitioner(4);

        assertThat(partitioner).isEqualTo(new HashPartitioner(4)).hasSameHashCodeAs(new HashPartitioner(4));
        assertThat(partitioner).isNotEqualTo(new HashPartitioner(5)).isNotEqualTo("HashPartitioner(4)");
        assertThat(partitioner).hasToString("HashPartitioner(4)");
    }
}
