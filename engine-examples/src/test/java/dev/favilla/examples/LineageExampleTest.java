package dev.favilla.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LineageExampleTest {

    private static final String EXPECTED = """
            == Steps, each a new dataset bound to the same variable
            parallelize(1..8, 4)
              id 0, 4 partitions, ParallelCollectionRDD[0] at parallelize at LineageExample.java:N
              depends on nothing: a source
            map(x -> x * 2)
              id 1, 4 partitions, MapPartitionsRDD[1] at map at LineageExample.java:N
              depends on ParallelCollectionRDD[0] at parallelize at LineageExample.java:N, narrow
            filter(x -> x > 5)
              id 2, 4 partitions, MapPartitionsRDD[2] at filter at LineageExample.java:N
              depends on MapPartitionsRDD[1] at map at LineageExample.java:N, narrow
            groupBy(x -> x % 2)
              id 4, 4 partitions, ShuffledRDD[4] at groupBy at LineageExample.java:N
              depends on MapPartitionsRDD[3] at groupBy at LineageExample.java:N, wide: shuffle 0 to 4 partitions
            what the variable was bound to before is unchanged: MapPartitionsRDD[2] at filter at LineageExample.java:N \
            still has 4 partitions and id 2
            == Lineage, the last step first
            (4) ShuffledRDD[4] at groupBy at LineageExample.java:N []
             +-(4) MapPartitionsRDD[3] at groupBy at LineageExample.java:N []
                |  MapPartitionsRDD[2] at filter at LineageExample.java:N []
                |  MapPartitionsRDD[1] at map at LineageExample.java:N []
                |  ParallelCollectionRDD[0] at parallelize at LineageExample.java:N []
            == Plan, before anything runs
            Plan of ShuffledRDD[4] at groupBy at LineageExample.java:N: 2 stages, 8 tasks, 1 shuffle
              stage 0: 4 tasks, MapPartitionsRDD[3] at groupBy at LineageExample.java:N
                writes shuffle 0 to 4 partitions
              stage 1: 4 tasks, ShuffledRDD[4] at groupBy at LineageExample.java:N
                reads shuffle 0 of stage 0
            == What happened, by stage and partition
            job 0, collectAsMap at LineageExample.java:N, was cut into 2 stages
            stage 0, groupBy at LineageExample.java:N: 4 tasks, computes RDDs [0, 1, 2, 3], reads no other stage
              partition 0, attempt 0 on executor driver, slot S, succeeded
                before [1, 2]
                map    [2, 4]
                filter []
                sent   nothing
              partition 1, attempt 0 on executor driver, slot S, succeeded
                before [3, 4]
                map    [6, 8]
                filter [6, 8]
                sent   to bucket 0: 0 -> 6, 0 -> 8 (B bytes)
              partition 2, attempt 0 on executor driver, slot S, succeeded
                before [5, 6]
                map    [10, 12]
                filter [10, 12]
                sent   to bucket 0: 0 -> 10, 0 -> 12 (B bytes)
              partition 3, attempt 0 on executor driver, slot S, succeeded
                before [7, 8]
                map    [14, 16]
                filter [14, 16]
                sent   to bucket 0: 0 -> 14, 0 -> 16 (B bytes)
            stage 1, collectAsMap at LineageExample.java:N: 4 tasks, computes RDDs [4], reads what stage 0 sent
              partition 0, attempt 0 on executor driver, slot S, succeeded
                read   6 records from the shuffle
                result [(0,[6, 8, 10, 12, 14, 16])]
              partition 1, attempt 0 on executor driver, slot S, succeeded
                read   0 records from the shuffle
                result []
              partition 2, attempt 0 on executor driver, slot S, succeeded
                read   0 records from the shuffle
                result []
              partition 3, attempt 0 on executor driver, slot S, succeeded
                read   0 records from the shuffle
                result []
            == Result
            0 -> [6, 8, 10, 12, 14, 16]
            no key 1
            """;

    @ParameterizedTest
    @ValueSource(strings = {"local", "local[2]", "local[5]", "local[3,2]"})
    void theStoryIsTheSameForAnyNumberOfSlots(String master) {
        Run run = Run.of("lineage", "--master", master);

        assertThat(normalized(run)).isEqualTo(EXPECTED);
        assertThat(run.code()).isZero();
        assertThat(run.err()).isEmpty();
    }

    /** Only where tasks ran, and how much passed as bytes, is another story. */
    @Test
    void theStoryIsTheSameForIsolatedExecutors() {
        Run run = Run.of("lineage", "--master", "local-cluster[2,1,64]");

        assertThat(isolated(normalized(run))).isEqualTo(isolated(EXPECTED));
        assertThat(run.out()).containsPattern("on executor executor-[12], slot 0, succeeded");
        assertThat(run.err()).isEmpty();
    }

    private static String isolated(String text) {
        return text.replaceAll("on executor (driver|executor-[12])", "on executor E")
                .replaceAll("    result .*", "    result");
    }

    @Test
    void withOneSlotEveryTaskRunsInIt() {
        List<String> slots = Run.of("lineage", "--master", "local[1]")
                .out()
                .lines()
                .filter(line -> line.contains(", slot "))
                .toList();

        assertThat(slots).hasSize(8).allSatisfy(line -> assertThat(line).contains(", slot 0, "));
    }

    /** Lines of code, slots and estimated sizes may change; nothing else may. */
    private static String normalized(Run run) {
        return run.out()
                .replace("\r\n", "\n")
                .replaceAll("LineageExample\\.java:\\d+", "LineageExample.java:N")
                .replaceAll("slot \\d+", "slot S")
                .replaceAll("\\([\\d,]+ bytes\\)", "(B bytes)");
    }
}
