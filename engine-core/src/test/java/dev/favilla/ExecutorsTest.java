package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.tuple;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.fault.FaultInjector;
import dev.favilla.fault.FaultSite;
import dev.favilla.spi.EngineControl;
import dev.favilla.spi.EngineExtension;
import dev.favilla.status.SchedulerStatus.ExecutorStatus;
import dev.favilla.task.TaskContext;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Executors come and go while jobs run. */
@Timeout(120)
class ExecutorsTest {

    /** What a test kit has of a context. */
    private static final class Kit implements EngineExtension {

        private @Nullable EngineControl control;

        EngineControl control() {
            return Objects.requireNonNull(control);
        }

        @Override
        public void opened(EngineControl opened) {
            control = opened;
        }
    }

    private static EngineContext open(String master, EngineExtension extension) {
        return EngineContext.builder()
                .master(master)
                .set("favilla.locality.wait", "0ms")
                .extension(extension)
                .open();
    }

    private static List<String> names(EngineContext engine) {
        return engine.executors().stream()
                .map(executor -> executor.id().toString())
                .toList();
    }

    private static String executorOfTask() {
        return Objects.requireNonNull(TaskContext.get()).executor().toString();
    }

    @Nested
    class Added {

        @Test
        void aNewExecutorTakesItsPartOfWhatWaits() throws Exception {
            try (EngineContext engine = EngineContext.open("local-cluster[1,1,32]");
                    Gate gate = new Gate()) {
                String name = gate.name();
                Background<List<String>> where = Background.run(() -> engine.range(0, 2, 1, 2)
                        .map(x -> Gate.pass(name, executorOfTask()))
                        .collect());
                gate.awaitArrivals(1);

                ExecutorId added = engine.addExecutor();

                gate.awaitArrivals(1);
                assertThat(names(engine)).containsExactly("executor-1#0", added.toString());
                gate.open();
                assertThat(where.result()).containsExactlyInAnyOrder("executor-1#0", "executor-2#1");
            }
        }

        @Test
        void aLocalContextHasOneExecutorAndSaysWhy() {
            try (EngineContext engine = EngineContext.open("local[2]")) {
                assertThat(names(engine)).containsExactly("driver#0");
                assertThatExceptionOfType(UnsupportedOperationException.class)
                        .isThrownBy(engine::addExecutor)
                        .withMessageContainingAll("as objects", "builder().executors", "local-cluster");
            }
        }

        @Test
        void notAfterClose() {
            EngineContext engine = EngineContext.open("local-cluster[1,1,32]");
            engine.close();

            assertThatIllegalStateException().isThrownBy(engine::addExecutor).withMessageContaining("closed");
        }
    }

    @Nested
    class Drained {

        @Test
        void itsTaskEndsBeforeItGoes() throws Exception {
            try (EngineContext engine = EngineContext.open("local-cluster[2,1,32]");
                    Gate gate = new Gate()) {
                String name = gate.name();
                Background<Long> job = Background.run(() ->
                        engine.range(0, 2, 1, 2).map(x -> Gate.pass(name, x)).count());
                gate.awaitArrivals(2);
                ExecutorId first = engine.executors().get(0).id();

                engine.drainExecutor(first);

                Engines.await(() -> engine.executors().get(0).draining());
                assertThat(engine.executors())
                        .extracting(ExecutorStatus::running, ExecutorStatus::draining)
                        .containsExactly(tuple(1, true), tuple(1, false));
                gate.open();
                assertThat(job.result()).isEqualTo(2);
                Engines.await(() -> engine.executors().size() == 1);
                assertThat(names(engine)).containsExactly("executor-2#1");
                assertThat(Engines.lastJob(engine).attempts())
                        .as("nothing ran twice")
                        .isEqualTo(2);
                Engines.assertUsable(engine);
                assertThat(engine.status().memory().poolBytes()).isEqualTo(32L << 20);
            }
        }

        @Test
        void whatItHeldIsComputedAgain() {
            try (EngineContext engine = EngineContext.open("local-cluster[2,1,32]")) {
                PairRDD<Long, Long> sums = engine.range(0, 1_000, 1, 4)
                        .mapToPair(x -> Pair.of(x % 10, x))
                        .reduceByKey(Long::sum, 3);
                Map<Long, Long> before = new HashMap<>(sums.collectAsMap());

                engine.drainExecutor(engine.executors().get(0).id());
                Engines.await(() -> engine.executors().size() == 1);

                assertThat(sums.collectAsMap()).isEqualTo(before);
            }
        }

        @Test
        void theLastOneStays() {
            try (EngineContext engine = EngineContext.open("local-cluster[2,1,32]");
                    EngineContext local = EngineContext.open("local[1]")) {
                List<ExecutorStatus> executors = engine.executors();
                engine.drainExecutor(executors.get(1).id());

                assertThatIllegalStateException()
                        .isThrownBy(() -> engine.drainExecutor(executors.get(0).id()))
                        .withMessageContainingAll("executor-1#0", "no other executor");
                engine.drainExecutor(executors.get(1).id()); // is going already
                engine.drainExecutor(new ExecutorId("nobody", 77));
                assertThatIllegalStateException()
                        .isThrownBy(() ->
                                local.drainExecutor(local.executors().get(0).id()))
                        .withMessageContaining("driver#0");
                Engines.assertUsable(engine);
            }
        }
    }

    @Nested
    class Lost {

        @ParameterizedTest
        @ValueSource(strings = {"local[2]", "local-cluster[2,1,32]"})
        void betweenJobsWhatItHeldIsComputedAgain(String master) {
            Kit kit = new Kit();
            try (EngineContext engine = open(master, kit)) {
                PairRDD<Long, Long> sums = engine.range(0, 1_000, 1, 4)
                        .mapToPair(x -> Pair.of(x % 10, x))
                        .reduceByKey(Long::sum, 3);
                RDD<Long> kept = engine.range(0, 100, 1, 4).map(x -> x * x).cache();
                Map<Long, Long> before = new HashMap<>(sums.collectAsMap());
                List<Long> squares = kept.collect();
                int outputs = engine.status().mapOutputs();

                for (ExecutorStatus executor : engine.executors()) {
                    kit.control().loseExecutor(executor.id(), "a test", true);
                }

                assertThat(outputs).isEqualTo(4);
                Engines.await(() -> engine.status().mapOutputs() == 0);
                assertThat(engine.status().mapOutputs()).isZero();
                assertThat(engine.status().cachedBlocks()).isZero();
                assertThat(sums.collectAsMap()).isEqualTo(before);
                assertThat(kept.collect()).isEqualTo(squares);
                Engines.assertUsable(engine);
            }
        }

        @Test
        void theReplacementHasTheNameAndAnotherIncarnation() {
            Kit kit = new Kit();
            try (EngineContext engine = open("local[1]", kit)) {
                kit.control().loseExecutor(new ExecutorId("driver", 0), "a test", true);
                assertThat(names(engine)).containsExactly("driver#1");
                kit.control().loseExecutor(new ExecutorId("driver", 0), "it is gone already", true);
                assertThat(names(engine)).containsExactly("driver#1");
                Engines.assertUsable(engine);
            }
            try (EngineContext engine = open("local-cluster[2,1,32]", kit)) {
                kit.control().loseExecutor(new ExecutorId("executor-1", 0), "a test", true);
                assertThat(names(engine)).containsExactlyInAnyOrder("executor-1#2", "executor-2#1");
                assertThat(engine.addExecutor()).hasToString("executor-3#3");
            }
        }

        @Test
        void withoutAReplacementTheOthersGoOn() {
            Kit kit = new Kit();
            try (EngineContext engine = open("local-cluster[2,1,32]", kit)) {
                kit.control().loseExecutor(new ExecutorId("executor-1", 0), "a test", false);

                assertThat(names(engine)).containsExactly("executor-2#1");
                Engines.assertUsable(engine);
                assertThatIllegalStateException()
                        .isThrownBy(() -> engine.drainExecutor(new ExecutorId("executor-2", 1)));
            }
        }

        @Test
        void withoutAnyJobsWaitAndThenFail() {
            Kit kit = new Kit();
            try (EngineContext engine = EngineContext.builder()
                    .executors(1)
                    .cores(1)
                    .memory(32L << 20)
                    .set("favilla.executor.wait", "10ms")
                    .extension(kit)
                    .open()) {
                kit.control().loseExecutor(new ExecutorId("executor-1", 0), "a test", false);

                assertThatExceptionOfType(JobFailedException.class)
                        .isThrownBy(() -> engine.range(0, 1).count())
                        .withMessageContaining("favilla.executor.wait");
                engine.addExecutor();
                Engines.assertUsable(engine);
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {"local[2]", "local-cluster[2,1,32]"})
        void aTaskThatRunsThereIsRunElsewhereAndDoesNotCountAsFailed(String master) throws Exception {
            Kit kit = new Kit();
            try (EngineContext engine = open(master, kit);
                    Gate gate = new Gate()) {
                String name = gate.name();
                Background<Long> job = Background.run(() -> engine.range(0, 1, 1, 1)
                        .map(x -> Engines.attemptNumber() == 0 ? Gate.passStubbornly(name, x) : x)
                        .count());
                gate.awaitArrivals(1);
                ExecutorId busy = engine.executors().stream()
                        .filter(executor -> executor.running() > 0)
                        .findFirst()
                        .orElseThrow()
                        .id();

                kit.control().loseExecutor(busy, "a test", true);

                assertThat(job.result()).isEqualTo(1);
                assertThat(Engines.lastJob(engine).attempts()).isEqualTo(2);
                gate.open();
                Engines.assertUsable(engine);
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {"local[2]", "local-cluster[2,1,32]", "local-cluster[3,2,32]"})
        void againAndAgainDuringMapAndReduceTheResultIsComplete(String master) {
            Set<String> losses = ConcurrentHashMap.newKeySet();
            EngineExtension killer = new EngineExtension() {

                private @Nullable EngineControl control;

                @Override
                public void opened(EngineControl opened) {
                    control = opened;
                }

                @Override
                public FaultInjector faults() {
                    return point -> {
                        String where = point.site() + " " + point.stageId() + " " + point.partition();
                        boolean hit = point.site() == FaultSite.OUTPUT_COMMITTED || point.site() == FaultSite.RESULT;
                        if (hit && point.partition() % 2 == 0 && losses.add(where)) {
                            EngineControl live = Objects.requireNonNull(control);
                            live.executors().stream()
                                    .map(ExecutorStatus::id)
                                    .filter(id -> id.toString().equals(point.executor()))
                                    .forEach(id -> live.loseExecutor(id, "at " + where, true));
                        }
                    };
                }
            };
            try (EngineContext engine = open(master, killer)) {
                Map<Long, Long> sums = engine.range(0, 1_000, 1, 4)
                        .mapToPair(x -> Pair.of(x % 10, x))
                        .reduceByKey(Long::sum, 4)
                        .collectAsMap();

                for (long key = 0; key < 10; key++) {
                    assertThat(sums).containsEntry(key, 49_500 + 100 * key);
                }
                assertThat(losses).hasSizeGreaterThanOrEqualTo(4);
                Engines.assertUsable(engine);
            }
        }
    }

    @Nested
    class Extensions {

        @Test
        void controlTellsWhatTheContextTells() {
            Kit kit = new Kit();
            try (EngineContext engine = open("local-cluster[2,1,32]", kit)) {
                engine.range(0, 3).count();

                assertThat(kit.control().executors()).isEqualTo(engine.executors());
                assertThat(kit.control().tables()).isEqualTo(engine.status().scheduler());
                assertThat(kit.control().status().jobs()).hasSize(1);
                assertThat(kit.control().addExecutor()).hasToString("executor-3#2");
                kit.control().drainExecutor(new ExecutorId("executor-3", 2));
                Engines.await(() -> engine.executors().size() == 2);
                assertThat(engine.executors()).hasSize(2);
            }
        }

        @Test
        void oneInjectorPerContext() {
            EngineExtension injecting = new EngineExtension() {
                @Override
                public FaultInjector faults() {
                    return point -> {};
                }
            };
            EngineContext.Builder builder =
                    EngineContext.builder().cores(1).extension(injecting).extension(injecting);

            assertThatIllegalArgumentException().isThrownBy(builder::open).withMessageContaining("one fault injector");
        }

        @Test
        void oneThatFailsToOpenClosesTheContext() {
            EngineExtension failing = new EngineExtension() {
                @Override
                public void opened(EngineControl control) {
                    throw new IllegalStateException("not today");
                }
            };

            assertThatIllegalStateException()
                    .isThrownBy(() ->
                            EngineContext.builder().cores(1).extension(failing).open())
                    .withMessage("not today");
        }
    }
}
