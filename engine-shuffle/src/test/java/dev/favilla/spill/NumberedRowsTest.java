package dev.favilla.spill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.favilla.memory.TaskKilledException;
import dev.favilla.testing.LeakProbes;
import dev.favilla.testing.TestSeed;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NumberedRowsTest {

    private TableFixture fixture;

    @BeforeEach
    void open(LeakProbes probes) {
        fixture = new TableFixture(probes);
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    /** Deals numbers out to runs, some of which stay empty; a row has up to three right records. */
    private List<NumberedRows> runs(SplittableRandom random, int count, int rows) {
        List<RunWriter> writers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            writers.add(RunStore.of(fixture.scope()).create());
        }
        for (long number = 0; number < rows; number++) {
            RunWriter run = writers.get(random.nextInt(count - 1));
            NumberedRows.write(
                    run, number, "row " + number, null, rights(number).iterator());
        }
        return writers.stream().map(RunWriter::finish).map(NumberedRows::of).toList();
    }

    private static List<@Nullable Object> rights(long number) {
        return Collections.nCopies((int) number % 4, number);
    }

    @Test
    void comeInTheOrderOfTheirNumbersFromMoreRunsThanAreOpenAtOnce(TestSeed seed) {
        for (int count : new int[] {2, NumberedRows.FAN_IN + 1, 40, 300}) {
            List<Long> numbers = new ArrayList<>();
            NumberedRows rows = NumberedRows.merged(runs(seed.random(), count, 5000), fixture.scope());
            while (rows.advance()) {
                numbers.add(rows.number());
                assertThat(rows.key()).isEqualTo("row " + rows.number());
                assertThat(rows.left()).isNull();
                if (rows.number() % 8 < 4) { // others are stepped over
                    assertThat(rows.rights()).toIterable().isEqualTo(rights(rows.number()));
                }
            }

            assertThat(numbers).isEqualTo(LongStream.range(0, 5000).boxed().toList());
            assertThat(fixture.bytesOnDisk()).isZero();
        }
    }

    @Test
    void mayGoOnUntilTheLastIsRead(TestSeed seed) {
        NumberedRows rows = NumberedRows.merged(runs(seed.random(), 3, 501), fixture.scope()); // the last has no rights
        for (int row = 0; row < 501; row++) {
            assertThat(rows.mayAdvance()).isTrue();
            assertThat(rows.advance()).isTrue();
        }

        assertThat(rows.mayAdvance()).isFalse();
        assertThat(rows.advance()).isFalse();
    }

    @Test
    void runsAreDeletedWhetherOrNotTheyAreRead(TestSeed seed) {
        NumberedRows rows = NumberedRows.merged(runs(seed.random(), 5, 1000), fixture.scope());
        assertThat(rows.advance()).isTrue();

        rows.close();
        rows.close();

        assertThat(fixture.bytesOnDisk()).isZero();
        assertThat(rows.advance()).isFalse();
    }

    @Test
    void aKillEndsAMergeOfManyRuns(TestSeed seed) {
        List<NumberedRows> runs = runs(seed.random(), 40, 1000);
        fixture.scope().kill("enough");

        assertThatThrownBy(() -> NumberedRows.merged(runs, fixture.scope())).isInstanceOf(TaskKilledException.class);
    }
}
