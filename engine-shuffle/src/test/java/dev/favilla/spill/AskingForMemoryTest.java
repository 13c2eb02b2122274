package dev.favilla.spill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.favilla.attempt.Metric;
import dev.favilla.memory.ExecutionMemoryExhaustedException;
import dev.favilla.memory.Spillable;
import dev.favilla.testing.LeakProbes;
import java.util.Iterator;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What all tables have in common when they are short of memory. */
class AskingForMemoryTest {

    private static final long LEFT = 4 << 20;

    /** Something that takes records, and memory for them. */
    private interface Table extends AutoCloseable {

        void add(int number) throws Exception;

        @Override
        void close();
    }

    private record Adding(Body body, AutoCloseable table) implements Table {

        private interface Body {
            void add(int number) throws Exception;
        }

        @Override
        public void add(int number) throws Exception {
            body.add(number);
        }

        @Override
        public void close() {
            try {
                table.close();
            } catch (Exception e) {
                throw new IllegalStateException("no table fails to close", e);
            }
        }
    }

    private enum Kind {
        AGGREGATION("a table of 32 keys (") {
            @Override
            Table open(TableFixture fixture) {
                AggregationTable table = new AggregationTable(new Folds.Count(), null, fixture.scope());
                return new Adding(i -> table.add("key " + i, i, i), table);
            }
        },
        JOIN("a table of 32 keys to join with (") {
            @Override
            Table open(TableFixture fixture) {
                HashJoin join = new HashJoin(fixture.scope(), null, JoinType.INNER, new NoRows());
                return new Adding(i -> join.addRight("key " + i, i, "a value"), join);
            }
        },
        RECORDS(null) {
            @Override
            Table open(TableFixture fixture) {
                HeldRecords records = new HeldRecords(fixture.scope(), null);
                return new Adding(i -> records.add("record " + i), records);
            }
        },
        SORT("0 records to be sorted (") {
            @Override
            Table open(TableFixture fixture) {
                Sorter sorter = new Sorter(new ByText(), null, fixture.scope());
                return new Adding(i -> sorter.add("record " + i), sorter);
            }
        };

        /** How a refusal begins to name it, if it can be refused anything. */
        private final @Nullable String name;

        Kind(@Nullable String name) {
            this.name = name;
        }

        abstract Table open(TableFixture fixture);
    }

    private static final class NoRows implements JoinedRows {

        @Override
        public boolean matched(@Nullable Object key, @Nullable Object left, Iterator<@Nullable Object> rights) {
            return true;
        }

        @Override
        public boolean unmatched(@Nullable Object key, Iterator<@Nullable Object> rights) {
            return true;
        }
    }

    private static final class ByText implements RecordOrder {

        @Override
        public Kind kind() {
            return Kind.NATURAL;
        }

        @Override
        public @Nullable Object key(@Nullable Object record) {
            return record;
        }

        @Override
        public int compare(@Nullable Object left, @Nullable Object right) {
            return ((String) Objects.requireNonNull(left)).compareTo((String) Objects.requireNonNull(right));
        }

        @Override
        public RuntimeException contradiction(String detail) {
            return new IllegalArgumentException(detail);
        }
    }

    /** Something small beside the table, which by its size alone would be asked last. */
    private static final class Beside implements Spillable {

        private final TableFixture fixture;
        private long held = LEFT / 16;

        /** How much the table had moved out when this was asked; negative before. */
        private long spilledBefore = -1;

        Beside(TableFixture fixture) {
            this.fixture = fixture;
            fixture.account().require(held);
            fixture.account().register(this);
        }

        private long spilledBytes() {
            return fixture.scope().metrics().snapshot().get(Metric.MEMORY_BYTES_SPILLED);
        }

        @Override
        public long spill(long bytes) {
            spilledBefore = spilledBytes();
            long freed = held;
            held = 0;
            fixture.account().release(freed);
            return freed;
        }

        @Override
        public long spillableBytes() {
            return held;
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void aTableThatAsksIsAskedLast(Kind kind, LeakProbes probes) throws Exception {
        try (TableFixture fixture = new TableFixture(probes).leave(LEFT);
                Table table = kind.open(fixture)) {
            Beside beside = new Beside(fixture);
            int next = 0;
            while (beside.spilledBytes() == 0) {
                table.add(next++);
            }

            assertThat(beside.spilledBefore).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(value = Kind.class, mode = EnumSource.Mode.EXCLUDE, names = "RECORDS")
    void aRefusalNamesTheTable(Kind kind, LeakProbes probes) {
        try (TableFixture fixture = new TableFixture(probes).leave(0);
                Table table = kind.open(fixture)) {
            assertThatThrownBy(() -> fill(table))
                    .isInstanceOf(ExecutionMemoryExhaustedException.class)
                    .hasMessageContaining(kind.name)
                    .hasMessageContaining(") of the attempt: only 0 B could be granted");
        }
    }

    private static void fill(Table table) throws Exception {
        for (int i = 0; i < 100_000; i++) {
            table.add(i);
        }
    }

    @Test
    void aRefusalNamesWhatElseTheAttemptHolds(LeakProbes probes) {
        try (TableFixture fixture = new TableFixture(probes).leave(LEFT);
                HeldRecords records = new HeldRecords(fixture.scope(), null)) {
            for (int i = 0; i < 1000; i++) {
                records.add("record " + i);
            }

            assertThat(records.describe())
                    .startsWith("1000 records to be read again (")
                    .endsWith(" KiB)");
            records.spill(Long.MAX_VALUE);
            assertThatThrownBy(() -> fixture.account().require(2 * LEFT))
                    .isInstanceOf(ExecutionMemoryExhaustedException.class)
                    .hasMessageContaining("the attempt with 0 records to be read again (0 B): only");
        }
    }
}
