package dev.favilla.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which of several things is asked to move out. */
class SpillRankingTest {

    private static final long MIB = 1L << 20;
    private static final long POOL = 64 * MIB;

    private final UnifiedMemoryManager manager = new UnifiedMemoryManager(POOL, 0);
    private final MemoryAccount task = manager.openTask("task");
    private final List<String> asked = new ArrayList<>();

    @AfterEach
    void nothingIsLeft() {
        task.close();
        assertThat(manager.usage().isIdle()).isTrue();
    }

    /** Moves all out, or nothing if it says so. */
    private class Thing implements Spillable {
        private final String name;
        long held;

        Thing(String name, long bytes) {
            this.name = name;
            assertThat(task.reserve(bytes)).isEqualTo(bytes);
            held = bytes;
            task.register(this);
        }

        @Override
        public long spill(long bytes) {
            asked.add(name);
            long freed = held;
            held = 0;
            task.release(freed);
            return freed;
        }

        @Override
        public long spillableBytes() {
            return held;
        }

        @Override
        public String describe() {
            return name;
        }
    }

    @Test
    void theSmallestThatIsBigEnoughIsAsked() {
        new Thing("large", 34 * MIB);
        new Thing("small", 10 * MIB);
        new Thing("medium", 20 * MIB);

        assertThat(task.reserve(15 * MIB)).isEqualTo(15 * MIB);

        assertThat(asked).containsExactly("medium");
    }

    @Test
    void theBiggestIsAskedWhereNoneIsBigEnough() {
        new Thing("small", 14 * MIB);
        new Thing("large", 30 * MIB);
        new Thing("medium", 20 * MIB);

        assertThat(task.reserve(48 * MIB)).isEqualTo(48 * MIB);

        assertThat(asked).as("then the smallest for the rest").containsExactly("large", "medium");
    }

    @Test
    void theOneThatAsksIsAskedLast() {
        Thing asking = new Thing("asking", 24 * MIB);
        new Thing("small", 10 * MIB);
        new Thing("large", 30 * MIB);

        assertThat(task.reserve(20 * MIB, asking)).isEqualTo(20 * MIB);
        assertThat(asked).containsExactly("large");

        assertThat(task.reserve(34 * MIB, asking)).isEqualTo(34 * MIB);
        assertThat(asked).containsExactly("large", "small", "asking");
    }

    @Test
    void whatHasNothingToMoveIsNotAsked() {
        new Thing("empty", 0);
        new Thing("full", POOL);

        task.reserve(MIB);

        assertThat(asked).containsExactly("full");
    }

    @Test
    void anAnswerOfZeroIsNoFailureAndOthersAreAsked() {
        new Thing("busy", 40 * MIB) {
            @Override
            public long spill(long bytes) {
                asked.add("busy");
                return 0;
            }
        };
        new Thing("idle", 24 * MIB);

        assertThat(task.reserve(30 * MIB)).isEqualTo(24 * MIB);

        assertThat(asked).startsWith("busy", "idle");
    }

    @Test
    void nobodyIsAskedTwiceInVainForOneRequest() {
        task.reserve(POOL);
        task.register(bytes -> {
            asked.add("busy");
            return 0;
        });

        assertThat(task.reserve(MIB)).isZero();

        assertThat(asked).containsExactly("busy");
    }

    @Test
    void aSpillableMayLeaveWhileItIsAskedAndTakeAnotherWithIt() {
        Thing second = new Thing("second", 30 * MIB);
        new Thing("first", 34 * MIB) {
            @Override
            public long spill(long bytes) {
                task.unregister(this);
                task.unregister(second);
                return super.spill(bytes);
            }
        };

        assertThat(task.reserve(40 * MIB)).isEqualTo(34 * MIB);

        assertThat(asked).containsExactly("first");
    }

    @Test
    void whatASpillFreedMayGoToAnotherTaskAndTheFirstTriesAgain() {
        List<MemoryAccount> others = List.of(manager.openTask("second"), manager.openTask("third"));
        Thing thing = new Thing("thing", 20 * MIB) {
            @Override
            public long spill(long bytes) {
                asked.add("thing");
                held -= MIB;
                task.release(MIB);
                if (asked.size() == 1) {
                    assertThat(others.get(0).reserve(MIB)).as("in between").isEqualTo(MIB);
                }
                return MIB;
            }
        };
        others.get(1).require(24 * MIB);
        others.get(0).require(20 * MIB);

        assertThat(task.reserve(MIB)).isEqualTo(MIB);

        assertThat(asked).containsExactly("thing", "thing");
        assertThat(thing.held).isEqualTo(18 * MIB);
        others.forEach(MemoryAccount::close);
    }

    @Test
    void theOneThatAsksIsAskedLastUnlessNothingIsReadBackFromIt() {
        Thing table = new Thing("table", 20 * MIB);
        Thing output = new Thing("output", 30 * MIB) {
            @Override
            public boolean isReadBack() {
                return false;
            }
        };
        new Thing("small", 10 * MIB);

        assertThat(task.reserve(18 * MIB, table)).isEqualTo(18 * MIB);
        assertThat(asked).containsExactly("output");

        task.release(18 * MIB);
        output.held = task.reserve(30 * MIB);
        assertThat(task.reserve(30 * MIB, output)).isEqualTo(30 * MIB);
        assertThat(asked).containsExactly("output", "output");
    }

    @Test
    void aRefusalNamesWhatTheTaskHolds() {
        Thing table = new Thing("a table of 7 keys (20.0 MiB)", 20 * MIB) {
            @Override
            public long spill(long bytes) {
                return 0;
            }
        };
        new Thing("2 records (10.0 MiB)", 10 * MIB) {
            @Override
            public long spill(long bytes) {
                return 0;
            }
        };

        assertThatThrownBy(() -> task.require(40 * MIB, table))
                .isInstanceOf(ExecutionMemoryExhaustedException.class)
                .hasMessageContaining("for a table of 7 keys (20.0 MiB) of task, which holds 30.0 MiB with"
                        + " 2 records (10.0 MiB): only 34.0 MiB could");
    }

    @Test
    void aRefusalNamesWhatAskedAndSaysThatNoBudgetOfThisSizeHoldsIt() {
        Thing table = new Thing("the table of reduceByKey", 0);

        assertThatThrownBy(() -> task.require(POOL + 1, table))
                .isInstanceOf(ExecutionMemoryExhaustedException.class)
                .hasMessageContainingAll(
                        "the table of reduceByKey of task", "64.0 MiB", "No record", "EngineContext.builder().memory");
    }
}
