package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.closure.ClosureNotSerializableException;
import dev.favilla.serializer.SerializationException;
import dev.favilla.testing.ForkedJvm;
import dev.favilla.testing.NoLeaks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Callers that are at the end of their stack get their own error, or the serializer's that says that it met the end, and
 * nobody else notices.
 */
@Timeout(120)
@ExtendWith(NoLeaks.class)
class CallersWithoutStackTest {

    private static final long SMALL_STACK = 192 << 10;

    /** What is called at every depth of a stack until it ends. */
    private enum Call {
        COUNT {
            @Override
            void on(EngineContext engine, RDD<Long> numbers) {
                numbers.count();
            }
        },
        SHUFFLE {
            @Override
            void on(EngineContext engine, RDD<Long> numbers) {
                numbers.keyBy(n -> n % 3).reduceByKey(Long::sum, 2).count();
            }
        },
        STATUS {
            @Override
            void on(EngineContext engine, RDD<Long> numbers) {
                engine.status();
                engine.executors();
                engine.statusTracker().getActiveJobIds();
            }
        },
        CANCEL {
            @Override
            void on(EngineContext engine, RDD<Long> numbers) {
                engine.cancelJob(1_000_000);
                engine.cancelJobGroup("nobody");
                engine.killTaskAttempt(1_000_000_000L);
            }
        },
        PERSIST {
            @Override
            void on(EngineContext engine, RDD<Long> numbers) {
                RDD<Long> kept = numbers.map(n -> n + 1).cache();
                kept.count();
                kept.unpersist();
            }
        },
        SHARED_VARIABLES {
            @Override
            void on(EngineContext engine, RDD<Long> numbers) {
                Broadcast<List<Integer>> broadcast = engine.broadcast(List.of(1, 2, 3));
                LongAccumulator sum = engine.longAccumulator("sum");
                numbers.foreach(n -> sum.add(n + broadcast.value().size()));
                broadcast.destroy();
            }
        };

        abstract void on(EngineContext engine, RDD<Long> numbers);
    }

    static Stream<Arguments> callsEverywhere() {
        return Stream.of("local[2]", "local-cluster[2,1,64]")
                .flatMap(master -> Stream.of(Call.values()).map(call -> Arguments.of(master, call)));
    }

    @ParameterizedTest
    @MethodSource("callsEverywhere")
    void getTheirErrorAndTheContextWorksOn(String master, Call call) throws Exception {
        try (EngineContext engine = EngineContext.open(master)) {
            RDD<Long> numbers = engine.range(0, 10, 1, 2);

            for (int round = 0; round < 3; round++) {
                assertThat(overflow(() -> call.on(engine, numbers)))
                        .isInstanceOfAny(
                                StackOverflowError.class,
                                SerializationException.class,
                                ClosureNotSerializableException.class);
            }

            assertGoodJobs(engine, numbers);
        }
    }

    @ParameterizedTest
    @MethodSource("callsEverywhere")
    void severalAtOnceDoNotDisturbOtherJobs(String master, Call call) throws Exception {
        try (EngineContext engine = EngineContext.open(master)) {
            RDD<Long> numbers = engine.range(0, 10, 1, 2);
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                Thread thread =
                        new Thread(null, () -> recurse(() -> call.on(engine, numbers)), "deep-" + i, SMALL_STACK);
                threads.add(thread);
                thread.start();
            }

            assertRight(numbers);

            for (Thread thread : threads) {
                thread.join();
            }
            assertGoodJobs(engine, numbers);
        }
    }

    @Test
    void atTheirFirstUseOfTheEngineLeaveItUsable() throws Exception {
        ForkedJvm.Result result = ForkedJvm.of(FirstUse.class).run(Duration.ofSeconds(60));

        assertThat(result.stdout()).as(result.stderr()).contains("StackOverflowError", "counted 10");
    }

    /** The first action of a JVM is one without stack. */
    static final class FirstUse {

        public static void main(String[] arguments) throws InterruptedException {
            try (EngineContext engine = EngineContext.open("local[2]")) {
                RDD<Long> numbers = engine.range(0, 10, 1, 2);
                System.out.println(overflow(() -> numbers.count()));
                System.out.println("counted " + numbers.count());
            }
        }
    }

    private static void assertRight(RDD<Long> numbers) {
        for (int i = 0; i < 10; i++) {
            assertThat(numbers.map(n -> n * 2).collect()).containsExactly(0L, 2L, 4L, 6L, 8L, 10L, 12L, 14L, 16L, 18L);
        }
    }

    private static void assertGoodJobs(EngineContext engine, RDD<Long> numbers) {
        assertRight(numbers);
        Engines.assertUsable(engine);
        assertThat(engine.status().scheduler().executors())
                .isEqualTo(engine.master().startsWith("local-cluster") ? 2 : 1);
    }

    /** Returns what ends a thread with a small stack that makes a call at each depth. */
    private static Throwable overflow(Runnable call) throws InterruptedException {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread thread = new Thread(
                null,
                () -> {
                    try {
                        recurse(call);
                    } catch (Throwable t) {
                        thrown.set(t);
                    }
                },
                "deep",
                SMALL_STACK);
        thread.setUncaughtExceptionHandler((deep, error) -> thrown.set(error));
        thread.start();
        thread.join();
        return thrown.get();
    }

    private static int recurse(Runnable call) {
        call.run();
        return recurse(call) + 1;
    }
}
