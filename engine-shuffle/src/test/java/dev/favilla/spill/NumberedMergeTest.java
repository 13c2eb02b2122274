package dev.favilla.spill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.favilla.memory.TaskKilledException;
import dev.favilla.testing.LeakProbes;
import dev.favilla.testing.TestSeed;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NumberedMergeTest {

    private TableFixture fixture;

    @BeforeEach
    void open(LeakProbes probes) {
        fixture = new TableFixture(probes);
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    /** Deals numbers out to runs, some of which stay empty. */
    private List<Run> runs(SplittableRandom random, int count, int rows) {
        List<RunWriter> writers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            writers.add(RunStore.of(fixture.scope()).create());
        }
        for (long number = 0; number < rows; number++) {
            RunWriter run = writers.get(random.nextInt(count - 1));
            run.write(number);
            run.write("row " + number);
            run.write(null);
        }
        return writers.stream().map(RunWriter::finish).toList();
    }

    @Test
    void rowsComeInTheOrderOfTheirNumbersFromMoreRunsThanAreOpenAtOnce(TestSeed seed) {
        for (int count : new int[] {2, NumberedMerge.FAN_IN + 1, 40, 300}) {
            List<Long> numbers = new ArrayList<>();
            NumberedMerge merge = NumberedMerge.of(runs(seed.random(), count, 5000), 2, fixture.scope());
            while (merge.advance()) {
                numbers.add(merge.number());
                assertThat(merge.record(0)).isEqualTo("row " + merge.number());
                assertThat(merge.record(1)).isNull();
                assertThat(merge.mayAdvance()).isEqualTo(merge.number() < 4999);
            }

            assertThat(numbers).isEqualTo(LongStream.range(0, 5000).boxed().toList());
            assertThat(fixture.bytesOnDisk()).isZero();
        }
    }

    @Test
    void runsAreDeletedWhetherOrNotTheyAreRead(TestSeed seed) {
        NumberedMerge merge = NumberedMerge.of(runs(seed.random(), 5, 1000), 2, fixture.scope());
        assertThat(merge.advance()).isTrue();

        merge.close();
        merge.close();

        assertThat(fixture.bytesOnDisk()).isZero();
        assertThat(merge.advance()).isFalse();
    }

    @Test
    void aKillEndsAMergeOfManyRuns(TestSeed seed) {
        List<Run> runs = runs(seed.random(), 40, 1000);
        fixture.scope().kill("enough");

        assertThatThrownBy(() -> NumberedMerge.of(runs, 2, fixture.scope())).isInstanceOf(TaskKilledException.class);
    }
}
