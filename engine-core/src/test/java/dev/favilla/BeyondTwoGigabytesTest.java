package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.attempt.Metric;
import dev.favilla.shuffle.HashPartitioner;
import dev.favilla.storage.StorageLevel;
import dev.favilla.testing.ForkedJvm;
import java.time.Duration;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Blocks of more bytes than an array could have, of small records, in a heap of a quarter of that. */
@Tag("slow")
@Timeout(660)
class BeyondTwoGigabytesTest {

    @ParameterizedTest
    @ValueSource(strings = {"local[2]", "local-cluster[2,1,128]"})
    void partitionsAreCachedOnDiskAndShuffledWhole(String master) throws InterruptedException {
        ForkedJvm.Result result = ForkedJvm.of(CachesAndShuffles.class)
                .jvmOptions("-Xmx512m", "-XX:+UseSerialGC")
                .arguments(master)
                .run(Duration.ofMinutes(10));

        assertThat(result.stdout()).as(result.stderr()).isEqualTo("cached shuffled");
        assertThat(result.exitCode()).isZero();
    }

    /** Keeps two partitions of 2.2 GB each, and sends both to one. */
    static final class CachesAndShuffles {

        private static final int PARTITIONS = 2;
        private static final int RECORDS = PARTITIONS * 34_000;
        private static final int RECORD_BYTES = 64 << 10;
        private static final long LEAST_BYTES = PARTITIONS * (1L << 31);

        private CachesAndShuffles() {}

        /** Bytes that cannot be compressed. */
        private static byte[] record(long number) {
            byte[] bytes = new byte[RECORD_BYTES];
            new SplittableRandom(number).nextBytes(bytes);
            return bytes;
        }

        private static long sum(RDD<byte[]> records) {
            return records.map(bytes -> (long) Arrays.hashCode(bytes)).reduce(Long::sum);
        }

        private static void require(String what, boolean holds) {
            if (!holds) {
                throw new AssertionError(what);
            }
        }

        public static void main(String[] args) {
            try (EngineContext engine = EngineContext.open(args[0])) {
                RDD<byte[]> records = engine.range(0, RECORDS, 1, PARTITIONS).map(CachesAndShuffles::record);
                long expected = sum(records);
                cached(engine, records, expected);
                System.out.print("cached");
                shuffled(engine, records, expected);
                System.out.print(" shuffled");
            }
        }

        private static void cached(EngineContext engine, RDD<byte[]> records, long expected) {
            RDD<byte[]> kept = records.map(bytes -> bytes).persist(StorageLevel.DISK_ONLY);
            require("the first sum", sum(kept) == expected);
            require("bytes on disk", engine.status().disk().bytes() > LEAST_BYTES);
            require("the sum of what was kept", sum(kept) == expected);
            require("hits", Engines.lastJob(engine).metrics().get(Metric.CACHE_HITS) == PARTITIONS);
            kept.unpersist(true);
        }

        private static void shuffled(EngineContext engine, RDD<byte[]> records, long expected) {
            RDD<byte[]> sent = records.mapToPair(bytes -> Pair.of(0, bytes))
                    .partitionBy(new HashPartitioner(1))
                    .values();
            require("the sum of what was sent", sum(sent) == expected);
            long written = Engines.lastJob(engine).metrics().get(Metric.SHUFFLE_BYTES_WRITTEN);
            require(written + " bytes were sent", written > LEAST_BYTES);
        }
    }
}
