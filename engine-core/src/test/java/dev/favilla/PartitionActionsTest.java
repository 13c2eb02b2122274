package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.favilla.testing.InEveryMode;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is asked of single partitions. */
@InEveryMode
class PartitionActionsTest {

    private static final String ONE = "local[2]";
    private static final String TWO = "local-cluster[2,1,64]";

    private static final ConcurrentHashMap<List<Long>, Boolean> SEEN = new ConcurrentHashMap<>();

    @ParameterizedTest
    @ValueSource(strings = {ONE, TWO})
    void aFunctionSeesEachPartitionOnceAlsoEmptyOnes(String master) {
        try (EngineContext engine = Engines.open(master)) {
            SEEN.clear();
            Tally calls = Tally.create();

            engine.range(0, 4, 1, 2).union(engine.range(0, 0, 1, 1)).foreachPartition(records -> {
                calls.add();
                SEEN.put(Engines.toList(records), true);
            });

            assertThat(SEEN.keySet()).containsExactlyInAnyOrder(List.of(0L, 1L), List.of(2L, 3L), List.of());
            assertThat(calls.count()).isEqualTo(3);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {ONE, TWO})
    void whatAFunctionOfPartitionsThrowsNamesTheCall(String master) {
        try (EngineContext engine = Engines.open(master)) {
            assertThatExceptionOfType(JobFailedException.class)
                    .isThrownBy(() -> engine.range(0, 4, 1, 2).foreachPartition(records -> {
                        throw new IllegalStateException("no connection");
                    }))
                    .withMessageContaining("foreachPartition at PartitionActionsTest.java")
                    .withMessageContaining("no connection");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {ONE, TWO})
    void partitionsAreCollectedInTheOrderAskedFor(String master) {
        try (EngineContext engine = Engines.open(master)) {
            RDD<Long> numbers = engine.range(0, 6, 1, 3);

            assertThat(numbers.collectPartitions(2, 0)).containsExactly(List.of(4L, 5L), List.of(0L, 1L));
            assertThat(numbers.collectPartitions(1, 1)).containsExactly(List.of(2L, 3L), List.of(2L, 3L));
            assertThat(numbers.collectPartitions()).isEmpty();
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> numbers.collectPartitions(0, 3))
                    .withMessageContaining("partitions must be >= 0 and < 3")
                    .withMessageContaining("got 3");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {ONE, TWO})
    void anIteratorRunsOneJobPerPartitionAsItIsConsumed(String master) {
        try (EngineContext engine = Engines.open(master)) {
            Iterator<Long> records = engine.range(0, 6, 1, 3).toLocalIterator();
            assertThat(engine.recentJobs()).isEmpty();

            assertThat(records.next()).isEqualTo(0L);
            assertThat(records.next()).isEqualTo(1L);
            assertThat(engine.recentJobs()).hasSize(1);
            assertThat(records.next()).isEqualTo(2L);
            assertThat(engine.recentJobs()).hasSize(2);
            assertThat(Engines.toList(records)).containsExactly(3L, 4L, 5L);
            assertThat(engine.recentJobs()).hasSize(3);
            assertThatExceptionOfType(NoSuchElementException.class).isThrownBy(records::next);
        }
    }

    @Test
    void anIteratorPassesEmptyPartitionsAndEndsWithItsContext() {
        Iterator<Long> records;
        try (EngineContext engine = Engines.open(ONE)) {
            assertThat(Engines.toList(
                            engine.range(0, 9, 1, 9).filter(x -> x % 4 == 0).toLocalIterator()))
                    .containsExactly(0L, 4L, 8L);
            records = engine.range(0, 9).toLocalIterator();
        }
        assertThatIllegalStateException().isThrownBy(records::hasNext).withMessageContaining("is closed");
    }

    @Test
    void aJobThatFailsThrowsOutOfTheIteratorWhichCanGoOn() {
        try (EngineContext engine = Engines.open("local[1]")) {
            Tally calls = Tally.create();
            Iterator<Long> records = engine.range(0, 2, 1, 2)
                    .map(x -> {
                        calls.add();
                        if (calls.count() == 2) {
                            throw new IllegalStateException("only once");
                        }
                        return x;
                    })
                    .toLocalIterator();

            assertThat(records.next()).isEqualTo(0L);
            assertThatExceptionOfType(JobFailedException.class)
                    .isThrownBy(records::next)
                    .withMessageContaining("toLocalIterator at PartitionActionsTest.java");
            assertThat(records.next()).isEqualTo(1L);
        }
    }
}
