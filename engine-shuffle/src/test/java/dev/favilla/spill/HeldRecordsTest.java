package dev.favilla.spill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.favilla.testing.LeakProbes;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HeldRecordsTest {

    private static final int KIB = 1 << 10;

    private TableFixture fixture;
    private HeldRecords records;

    @BeforeEach
    void open(LeakProbes probes) {
        fixture = new TableFixture(probes);
        records = new HeldRecords(fixture.scope(), fixture.copier());
    }

    @AfterEach
    void close() {
        records.close();
        records.close();
        assertThat(fixture.account().reservedBytes()).isZero();
        assertThat(fixture.bytesOnDisk()).isZero();
        fixture.close();
    }

    private List<Object> fill(int count) {
        List<Object> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Object record = i % 100 == 7 ? null : "a record of some length, the number of which is " + i;
            records.add(record);
            all.add(record);
        }
        records.complete();
        return all;
    }

    private static List<@Nullable Object> rest(Iterator<@Nullable Object> records) {
        List<@Nullable Object> read = new ArrayList<>();
        records.forEachRemaining(read::add);
        return read;
    }

    @Test
    void whatFitsStaysInMemory() {
        List<Object> all = fill(10_000);

        assertThat(rest(records.iterator())).isEqualTo(all);
        assertThat(records.size()).isEqualTo(10_000);
        assertThat(fixture.spilledBytes()).isZero();
    }

    @Test
    void whatDoesNotFitIsReadFromDiskAgainAndAgain() {
        fixture.leave(300 * KIB);
        List<Object> all = fill(10_000);

        for (int i = 0; i < 3; i++) {
            assertThat(rest(records.iterator())).isEqualTo(all);
        }
        assertThat(records.spillableBytes())
                .as("some records are in memory still")
                .isPositive();
        assertThat(fixture.spilledBytes()).isPositive();
    }

    @Test
    void moreCanGoToDiskWhileRecordsAreRead() {
        List<Object> all = fill(5000);
        for (int position : new int[] {0, 1, 100, 2499, 2500, 4999, 5000}) {
            Iterator<@Nullable Object> reading = records.iterator();
            List<@Nullable Object> read = new ArrayList<>();
            for (int i = 0; i < position; i++) {
                read.add(reading.next());
            }

            records.spill(100);

            read.addAll(rest(reading));
            assertThat(read).isEqualTo(all);
        }
        records.spill(Long.MAX_VALUE);
        assertThat(records.spillableBytes()).isZero();
        assertThat(records.spill(1)).isZero();
        assertThat(rest(records.iterator())).isEqualTo(all);
    }

    @Test
    void aNewReadingEndsTheOneBefore() {
        fill(10);
        Iterator<@Nullable Object> first = records.iterator();
        records.iterator();

        assertThat(first.hasNext()).isFalse();
        assertThatThrownBy(first::next).isInstanceOf(NoSuchElementException.class);
    }

    @Test
    void aRecordThatIsUsedAgainIsCopied() {
        List<Object> reused = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            reused.clear();
            reused.add(i);
            records.add(reused);
        }
        records.complete();

        assertThat(rest(records.iterator())).containsExactly(List.of(0), List.of(1), List.of(2));
    }
}
