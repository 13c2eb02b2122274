package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.favilla.function.MapFunction;
import dev.favilla.scheduler.RunningTask;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.Serializable;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever an exception of the user's throws or gives when it is asked, its attempt ends, and nothing of it stays. */
@Timeout(120)
class RudeExceptionsTest {

    private static final int IN_A_ROW = 20;

    /** What an exception is asked. */
    private enum Asked {
        CAUSE,
        MESSAGE,
        LOCALIZED_MESSAGE,
        TEXT,
        STACK,
        PRINTED,
        EVERYTHING
    }

    /** What comes of it. */
    private enum Reply implements Supplier<Object> {
        RUNTIME_EXCEPTION {
            @Override
            public Object get() {
                throw new IllegalStateException("asked");
            }
        },
        ERROR {
            @Override
            public Object get() {
                throw new AssertionError("asked");
            }
        },
        STACK_OVERFLOW {
            @Override
            public Object get() {
                throw new StackOverflowError("asked");
            }
        },
        OUT_OF_MEMORY {
            @Override
            public Object get() {
                throw new OutOfMemoryError("asked");
            }
        },
        SNEAKY {
            @Override
            public Object get() {
                return RudeExceptionsTest.<RuntimeException>sneak(new IOException("asked"));
            }
        },
        NULL {
            @Override
            public Object get() {
                return null;
            }
        }
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <E extends Throwable> Object sneak(Throwable thrown) throws E {
        throw (E) thrown;
    }

    static Stream<Arguments> everywhere() {
        return Stream.of("local[2]", "local-cluster[2,1,64]")
                .flatMap(master -> Stream.of(Asked.values())
                        .flatMap(asked -> Stream.of(Reply.values()).map(reply -> Arguments.of(master, asked, reply))));
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void endTheirAttemptsAndLeaveNothing(String master, Asked asked, Reply reply) {
        try (EngineContext engine = EngineContext.open(master)) {
            for (int i = 0; i < IN_A_ROW; i++) {
                JobFailedException failure = failure(engine, x -> {
                    throw new Rude(asked, reply);
                });

                assertThat(failure.getMessage()).contains("Rude").doesNotContain("threw null");
            }
            Engines.assertUsable(engine);
        }
    }

    /** Exceptions that say nothing of use, or never come to an end. */
    static Stream<Arguments> oddOnesEverywhere() {
        List<RuntimeException> odd =
                List.of(new Endless(), new Own(), new Blank(), new Lengthy(), new Holes(), new Unsuppressing());
        return Stream.of("local[2]", "local-cluster[2,1,64]")
                .flatMap(master -> odd.stream().map(thrown -> Arguments.of(master, thrown)));
    }

    @ParameterizedTest
    @MethodSource("oddOnesEverywhere")
    void oddOnesEndTheirAttemptsAndLeaveNothing(String master, RuntimeException odd) {
        try (EngineContext engine = EngineContext.open(master)) {
            for (int i = 0; i < IN_A_ROW; i++) {
                assertThat(failure(engine, x -> {
                                    throw odd;
                                })
                                .getMessage())
                        .hasSizeLessThan(100_000);
            }
            Engines.assertUsable(engine);
        }
    }

    private static JobFailedException failure(EngineContext engine, MapFunction<Long, Long> function) {
        JobFailedException failure = catchThrowableOfType(
                JobFailedException.class,
                () -> engine.range(0, 4, 1, 2).map(function).count());
        assertThat((Object) failure).isNotNull();
        return failure;
    }

    /** User code of every kind that throws what is rude, from where the engine calls it. */
    private enum Place {
        ITERATOR {
            @Override
            void run(RDD<Long> numbers) {
                numbers.mapPartitions(all -> new RudeIterator(all)).count();
            }
        },
        CLOSE {
            @Override
            void run(RDD<Long> numbers) {
                numbers.map(x -> {
                            Objects.requireNonNull(dev.favilla.task.TaskContext.get())
                                    .addTaskCompletionListener(context -> {
                                        throw rude();
                                    });
                            return x;
                        })
                        .count();
            }
        },
        LISTENERS_AFTER_FAILURE {
            @Override
            void run(RDD<Long> numbers) {
                numbers.map(x -> {
                            Objects.requireNonNull(dev.favilla.task.TaskContext.get())
                                    .addTaskFailureListener((context, error) -> {
                                        throw rude();
                                    });
                            throw rude();
                        })
                        .count();
            }
        },
        SCOPE_CLOSE {
            @Override
            void run(RDD<Long> numbers) {
                numbers.map(x -> {
                            ((RunningTask) Objects.requireNonNull(dev.favilla.task.TaskContext.get()))
                                    .scope()
                                    .onClose(
                                            () -> RudeExceptionsTest.<RuntimeException>sneak(new IOException("close")));
                            return x;
                        })
                        .count();
            }
        },
        KEY_HASH {
            @Override
            void run(RDD<Long> numbers) {
                numbers.keyBy(x -> new RudeKey(x, false))
                        .reduceByKey((a, b) -> a, 2)
                        .count();
            }
        },
        KEY_EQUALS {
            @Override
            void run(RDD<Long> numbers) {
                numbers.keyBy(x -> new RudeKey(x, true))
                        .reduceByKey((a, b) -> a, 2)
                        .count();
            }
        },
        MERGE {
            @Override
            void run(RDD<Long> numbers) {
                numbers.keyBy(x -> 1L)
                        .reduceByKey(
                                (a, b) -> {
                                    throw rude();
                                },
                                2)
                        .count();
            }
        },
        COMPARATOR {
            @Override
            void run(RDD<Long> numbers) {
                numbers.top(3, Ordering.<Long, Long>by(x -> {
                    throw rude();
                }));
            }
        },
        REDUCE_AT_THE_END {
            @Override
            void run(RDD<Long> numbers) {
                numbers.reduce((a, b) -> {
                    throw rude();
                });
            }
        },
        RECORD_WITHOUT_TEXT {
            @Override
            void run(RDD<Long> numbers) {
                numbers.map(x -> new Textless(x))
                        .map(x -> {
                            throw rude();
                        })
                        .count();
            }
        };

        abstract void run(RDD<Long> numbers);
    }

    static RuntimeException rude() {
        return new Rude(Asked.EVERYTHING, Reply.OUT_OF_MEMORY);
    }

    static Stream<Arguments> placesEverywhere() {
        return Stream.of("local[2]", "local-cluster[2,1,64]")
                .flatMap(master -> Stream.of(Place.values()).map(place -> Arguments.of(master, place)));
    }

    @ParameterizedTest
    @MethodSource("placesEverywhere")
    void mayComeFromAnyKindOfUserCode(String master, Place place) {
        try (EngineContext engine = EngineContext.open(master)) {
            for (int i = 0; i < IN_A_ROW; i++) {
                JobFailedException failure =
                        catchThrowableOfType(JobFailedException.class, () -> place.run(engine.range(0, 8, 1, 2)));
                assertThat((Object) failure).isNotNull();
            }
            Engines.assertUsable(engine);
        }
    }

    private static final class Rude extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final Asked asked;
        private final Reply reply;

        Rude(Asked asked, Reply reply) {
            super("rude");
            this.asked = asked;
            this.reply = reply;
        }

        private boolean isAsked(Asked what) {
            return asked == what || asked == Asked.EVERYTHING;
        }

        @Override
        public synchronized Throwable getCause() {
            return isAsked(Asked.CAUSE) ? (Throwable) reply.get() : super.getCause();
        }

        @Override
        public String getMessage() {
            return isAsked(Asked.MESSAGE) ? (String) reply.get() : super.getMessage();
        }

        @Override
        public String getLocalizedMessage() {
            return isAsked(Asked.LOCALIZED_MESSAGE) ? (String) reply.get() : super.getLocalizedMessage();
        }

        @Override
        public String toString() {
            return isAsked(Asked.TEXT) ? (String) reply.get() : "Rude";
        }

        @Override
        public StackTraceElement[] getStackTrace() {
            return isAsked(Asked.STACK) ? (StackTraceElement[]) reply.get() : super.getStackTrace();
        }

        @Override
        public void printStackTrace(PrintStream out) {
            if (isAsked(Asked.PRINTED)) {
                reply.get();
            }
        }

        @Override
        public void printStackTrace(PrintWriter out) {
            if (isAsked(Asked.PRINTED)) {
                reply.get();
            }
        }

        @Override
        @SuppressWarnings("UnsynchronizedOverridesSynchronized")
        public Throwable fillInStackTrace() {
            return reply == Reply.NULL ? null : this; // at first, and always while it is made
        }

        private void writeObject(ObjectOutputStream out) throws IOException {
            if (asked == Asked.EVERYTHING) {
                reply.get();
            }
            out.defaultWriteObject();
        }
    }

    /** Has another cause each time. */
    private static final class Endless extends RuntimeException {

        @Override
        public synchronized Throwable getCause() {
            return new Endless();
        }
    }

    /** Is its own cause, and suppresses itself as far as it can. */
    private static final class Own extends RuntimeException {

        @Override
        public synchronized Throwable getCause() {
            return this;
        }
    }

    private static final class Blank extends RuntimeException {

        @Override
        public String toString() {
            return "";
        }
    }

    private static final class Lengthy extends RuntimeException {

        @Override
        public String getMessage() {
            return "x".repeat(5_000_000);
        }
    }

    private static final class Holes extends RuntimeException {

        @Override
        public StackTraceElement[] getStackTrace() {
            return new StackTraceElement[] {null, null};
        }
    }

    private static final class Unsuppressing extends RuntimeException {

        Unsuppressing() {
            super("bare", null, false, false);
        }
    }

    private record RudeKey(long number, boolean inEquals) implements Serializable {

        @Override
        public int hashCode() {
            if (!inEquals) {
                throw rude();
            }
            return 1;
        }

        @Override
        public boolean equals(Object other) {
            if (inEquals) {
                throw rude();
            }
            return this == other;
        }
    }

    private record Textless(long number) {

        @Override
        public String toString() {
            return null;
        }
    }

    private record RudeIterator(Iterator<Long> records) implements Iterator<Long> {

        @Override
        public boolean hasNext() {
            throw rude();
        }

        @Override
        public Long next() {
            return records.next();
        }
    }
}
