package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.favilla.fault.FaultSite;
import dev.favilla.task.TaskContext;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What functions learn of the attempt they run in, and how they hear of its end. */
@Timeout(120)
class TaskContextTest {

    private static final String LOCAL = "local[1]";
    private static final String CLUSTER = "local-cluster[1,1,64]";

    /** What listeners in tasks were told, by test. */
    private static final Map<String, List<String>> TOLD = new ConcurrentHashMap<>();

    private static final int THREADS = 4;
    private static final int OF_EACH = 50;

    /** How many listeners are being called. */
    private static final AtomicInteger CALLED = new AtomicInteger();

    /** The task that ran last. */
    private static final AtomicReference<TaskContext> ENDED = new AtomicReference<>();

    private static TaskContext ended() {
        return Objects.requireNonNull(ENDED.get(), "no task has run");
    }

    private static void addFromThreads(TaskContext context) throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            threads.add(new Thread(() -> {
                for (int j = 0; j < OF_EACH; j++) {
                    context.addTaskCompletionListener(ended -> {
                        told(CALLED.incrementAndGet() == 1 ? "alone" : "with others");
                        CALLED.decrementAndGet();
                    });
                }
            }));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private static void told(String text) {
        TOLD.computeIfAbsent("all", key -> new CopyOnWriteArrayList<>()).add(text);
    }

    private static List<String> told() {
        return TOLD.getOrDefault("all", List.of());
    }

    private static TaskContext task() {
        return Objects.requireNonNull(TaskContext.get(), "outside of a task");
    }

    @AfterEach
    void forget() {
        TOLD.clear();
        ENDED.set(null);
    }

    private static EngineContext open(String master) {
        return EngineContext.builder()
                .master(master)
                .set("favilla.task.maxFailures", "1")
                .open();
    }

    @Nested
    class Listeners {

        @ParameterizedTest
        @ValueSource(strings = {LOCAL, CLUSTER})
        void areCalledOnceInReverseOrderAfterASuccess(String master) {
            try (EngineContext engine = open(master)) {
                engine.range(0, 4, 1, 1)
                        .mapPartitions(records -> {
                            task().addTaskCompletionListener(context -> told("first"));
                            task().addTaskCompletionListener(context -> told("second"));
                            task().addTaskFailureListener((context, error) -> told("failure"));
                            return records;
                        })
                        .foreach(x -> told("record"));

                assertThat(told()).containsExactly("record", "record", "record", "record", "second", "first");
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {LOCAL, CLUSTER})
        void ofFailureComeFirstAndAreGivenTheError(String master) {
            try (EngineContext engine = open(master)) {
                JobFailedException failure = catchThrowableOfType(
                        JobFailedException.class,
                        () -> engine.range(0, 4, 1, 1)
                                .mapPartitions(records -> {
                                    task().addTaskFailureListener(
                                                    (context, error) -> told("first " + error.getMessage()));
                                    task().addTaskCompletionListener(context -> told("completion"));
                                    task().addTaskFailureListener(
                                                    (context, error) -> told("second " + error.getMessage()));
                                    return records;
                                })
                                .foreach(x -> {
                                    throw new IOException("on purpose");
                                }));

                assertThat(failure).hasRootCauseMessage("on purpose");
                assertThat(told()).containsExactly("second on purpose", "first on purpose", "completion");
                Engines.assertUsable(engine);
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {LOCAL, CLUSTER})
        void areAllCalledThoughSomeThrowAndTheTasksOwnErrorStaysFirst(String master) {
            try (EngineContext engine = open(master)) {
                JobFailedException failure = catchThrowableOfType(
                        JobFailedException.class,
                        () -> engine.range(0, 4, 1, 1)
                                .mapPartitions(records -> {
                                    task().addTaskCompletionListener(context -> told("completion"));
                                    task().addTaskCompletionListener(context -> {
                                        throw new IllegalStateException("completion listener");
                                    });
                                    task().addTaskFailureListener((context, error) -> {
                                        throw new IllegalStateException("failure listener");
                                    });
                                    return records;
                                })
                                .foreach(x -> {
                                    throw new IOException("on purpose");
                                }));

                assertThat(failure.getCause()).isInstanceOf(IOException.class).hasMessage("on purpose");
                assertThat(failure.getCause().getSuppressed())
                        .extracting(Throwable::getMessage)
                        .containsExactlyInAnyOrder("failure listener", "completion listener");
                assertThat(told()).containsExactly("completion");
                Engines.assertUsable(engine);
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {LOCAL, CLUSTER})
        void thatThrowAfterASuccessFailTheTask(String master) {
            try (EngineContext engine = open(master)) {
                JobFailedException failure = catchThrowableOfType(
                        JobFailedException.class,
                        () -> engine.range(0, 4, 1, 1)
                                .mapPartitions(records -> {
                                    task().addTaskFailureListener((context, error) -> told(error.getMessage()));
                                    task().addTaskCompletionListener(context -> {
                                        throw new IOException("completion listener");
                                    });
                                    return records;
                                })
                                .count());

                assertThat(failure.getCause()).isInstanceOf(IOException.class).hasMessage("completion listener");
                assertThat(told()).containsExactly("completion listener");
                Engines.assertUsable(engine);
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {LOCAL, CLUSTER})
        void mayAddOthersWhichAreCalledToo(String master) {
            try (EngineContext engine = open(master)) {
                engine.range(0, 1, 1, 1)
                        .mapPartitions(records -> {
                            task().addTaskCompletionListener(context -> {
                                told("outer");
                                context.addTaskCompletionListener(inner -> told("inner"));
                                Thread other = new Thread(
                                        () -> context.addTaskCompletionListener(inner -> told("from another thread")));
                                other.start();
                                other.join();
                            });
                            return records;
                        })
                        .count();

                assertThat(told()).containsExactlyInAnyOrder("outer", "inner", "from another thread");
                Engines.assertUsable(engine);
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {LOCAL, CLUSTER})
        void areNeverCalledTwoAtOnceWhoeverAddsThem(String master) {
            try (EngineContext engine = open(master)) {
                engine.range(0, 1, 1, 1)
                        .mapPartitions(records -> {
                            TaskContext context = task();
                            context.addTaskCompletionListener(ended -> addFromThreads(ended));
                            addFromThreads(context);
                            return records;
                        })
                        .count();

                assertThat(told()).hasSize(2 * THREADS * OF_EACH).containsOnly("alone");
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {LOCAL, CLUSTER})
        void addedAfterTheEndAreCalledAtOnceByTheThreadThatAdds(String master) {
            try (EngineContext engine = open(master)) {
                RDD<Long> numbers = engine.range(0, 1, 1, 1).map(x -> {
                    ENDED.set(task());
                    return x;
                });
                String here = Thread.currentThread().getName();

                numbers.count();
                ended().addTaskCompletionListener(context ->
                        told("completed by " + Thread.currentThread().getName()));
                ended().addTaskFailureListener((context, error) -> told("failed"));
                assertThat(told()).containsExactly("completed by " + here);

                assertThat(catchThrowableOfType(
                                JobFailedException.class,
                                () -> numbers.foreach(x -> {
                                    throw new IOException("on purpose");
                                })))
                        .hasRootCauseMessage("on purpose");
                ended().addTaskFailureListener((context, error) -> told(error.getMessage()));
                assertThat(told()).containsExactly("completed by " + here, "on purpose");
            }
        }
    }

    @Nested
    class Numbers {

        @ParameterizedTest
        @ValueSource(strings = {LOCAL, CLUSTER})
        void ofAttemptsCountFailuresAndThoseOfStagesLostInputs(String master) {
            FaultPlan faults = FaultPlan.failing()
                    .at(FaultSite.TASK_END)
                    .stage(0)
                    .partition(1)
                    .and(FaultPlan.dropping().stage(1));
            try (EngineContext engine =
                    TwoSided.withRetries(master).extension(faults).open()) {
                engine.range(0, 4, 1, 2)
                        .map(x -> {
                            told("map " + task().partition() + " " + task().stageAttempt() + "."
                                    + task().attemptNumber());
                            return x;
                        })
                        .keyBy(x -> 0)
                        .groupByKey(1)
                        .foreach(x -> told("reduce " + task().stageAttempt() + "." + task().attemptNumber()));

                assertThat(told()).contains("map 0 0.0", "map 1 0.0", "map 1 0.1", "reduce 1.0");
                assertThat(told()).anyMatch(text -> text.matches("map [01] 1.0")); // made again for the reducer
                Engines.assertUsable(engine);
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {LOCAL, CLUSTER})
        void sayWhereATaskRuns(String master) {
            try (EngineContext engine = open(master)) {
                engine.range(0, 2, 1, 2)
                        .foreach(x -> told(TaskContext.getPartitionId() + " of " + task().numPartitions() + " on "
                                + task().executor().name()));

                String executor = engine.executors().get(0).id().name();
                assertThat(told()).containsExactly("0 of 2 on " + executor, "1 of 2 on " + executor);
            }
        }

        @Test
        void areUnknownOutsideOfTasks() {
            assertThat(TaskContext.get()).isNull();
            assertThat(TaskContext.getPartitionId()).isZero();
        }
    }
}
