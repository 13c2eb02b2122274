package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.esotericsoftware.kryo.kryo5.Kryo;
import com.esotericsoftware.kryo.kryo5.Serializer;
import com.esotericsoftware.kryo.kryo5.io.Input;
import com.esotericsoftware.kryo.kryo5.io.Output;
import dev.favilla.closure.ClosureNotSerializableException;
import dev.favilla.function.MapFunction;
import dev.favilla.serializer.SerializationException;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the driver is told of exceptions, and of results and functions, that cannot pass as bytes. */
@Timeout(120)
class BadExceptionsTest {

    @AutoClose
    private final EngineContext engine = TwoSided.withRetries("local-cluster[2,1,64]")
            .registerKryo(kryo -> kryo.register(Unsendable.class, new UnsendableSerializer()))
            .open();

    @AfterEach
    void theContextIsUsable() {
        Engines.assertUsable(engine);
    }

    private RDD<Long> numbers() {
        return engine.range(0, 4, 1, 2);
    }

    private JobFailedException failure(ThrowingCallable job) {
        return org.assertj.core.api.Assertions.catchThrowableOfType(JobFailedException.class, job);
    }

    private JobFailedException failureOf(MapFunction<Long, Long> function) {
        return failure(() -> numbers().map(function).collect());
    }

    @Nested
    class Exceptions {

        @Test
        void thatPassAsBytesComeWithTheirCausesAndStacks() {
            JobFailedException failure = failureOf(x -> {
                throw new IllegalStateException("outer", new IOException("attempt " + Engines.attemptNumber()));
            });

            assertThat(failure.attempts()).hasValue(4);
            assertThat(failure.getCause())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("outer")
                    .hasCauseInstanceOf(IOException.class);
            assertThat(failure.getCause().getCause()).hasMessage("attempt 3");
            assertThat(failure.getCause().getStackTrace()[0].getClassName())
                    .startsWith(BadExceptionsTest.class.getName());
        }

        @Test
        void thatCannotBeWrittenComeAsWordsWithTheirStack() {
            JobFailedException failure = failureOf(x -> {
                throw new Unwritable("cannot be written");
            });

            assertThat(failure)
                    .hasMessageContainingAll("Unwritable", "cannot be written", "BadExceptionsTest.java")
                    .hasNoCause();
        }

        @Test
        void thatCannotBeReadBackComeAsWordsWithTheirStack() {
            JobFailedException failure = failureOf(x -> {
                throw new Unreadable("cannot be read");
            });

            assertThat(failure)
                    .hasMessageContainingAll("Unreadable", "cannot be read", "BadExceptionsTest.java")
                    .hasNoCause();
        }

        @Test
        void whoseWritingOrReadingThrowsAnErrorComeAsWords() {
            assertThat(failureOf(x -> {
                        throw new Explosive(true);
                    }))
                    .hasMessageContaining("Explosive")
                    .hasNoCause();
            assertThat(failureOf(x -> {
                        throw new Explosive(false);
                    }))
                    .hasMessageContaining("Explosive")
                    .hasNoCause();
        }

        @Test
        void withoutATextOfTheirOwnAreNamed() {
            assertThat(failureOf(x -> {
                        throw new Rude();
                    }))
                    .hasMessageContaining("Rude");
        }

        @Test
        void thatCauseThemselvesOrEachOtherHangNothing() {
            assertThat(failureOf(x -> {
                        throw new SelfCaused();
                    }))
                    .hasMessageContaining("SelfCaused");
            assertThat(failureOf(x -> {
                        RuntimeException first = new RuntimeException("first");
                        first.initCause(new RuntimeException("second", first));
                        throw first;
                    }))
                    .hasMessageContaining("first");
        }

        @Test
        void thatPassOnceDoNoHarm() {
            assertThat(numbers()
                            .map(x -> {
                                if (Engines.attemptNumber() == 0) {
                                    throw new Unreadable("at first");
                                }
                                return x;
                            })
                            .collect())
                    .containsExactly(0L, 1L, 2L, 3L);
        }
    }

    @Nested
    class Results {

        @Test
        void thatCannotBeWrittenFailTheJobSayingSo() {
            assertThat(failure(() -> numbers().map(x -> new Unsendable(true)).collect()))
                    .isNotNull()
                    .message()
                    .containsIgnoringCase("serializ");
        }

        @Test
        void thatCannotBeReadFailTheJobSayingSo() {
            assertThat(failure(() -> numbers().map(x -> new Unsendable(false)).collect()))
                    .isNotNull()
                    .message()
                    .containsIgnoringCase("read");
        }

        @Test
        void areLeftAloneWhereTheyStayInTheirTask() {
            assertThat(numbers().map(x -> new Unsendable(true)).count()).isEqualTo(4);
        }
    }

    @Nested
    class Functions {

        @Test
        void thatCannotBeWrittenAreRefusedBeforeAnythingRuns() {
            Object unsendable = new Object();
            List<ThrowingCallable> uses = List.of(
                    () -> numbers().map(x -> unsendable.hashCode() + x).count(),
                    () -> numbers()
                            .keyBy(x -> unsendable.hashCode() + x)
                            .groupByKey(2)
                            .count(),
                    () -> numbers().foreach(x -> unsendable.hashCode()),
                    () -> numbers().reduce((a, b) -> a + unsendable.hashCode()));
            for (ThrowingCallable use : uses) {
                assertThatThrownBy(use).isInstanceOf(ClosureNotSerializableException.class);
            }
            assertThat(engine.recentJobs()).isEmpty();
        }

        @Test
        void mayThrowAnythingWhenTheyAreWritten() {
            for (Bomb bomb : List.of(new Bomb(0), new Bomb(1), new Bomb(2))) {
                assertThatThrownBy(() -> numbers().map(x -> bomb.kind() + x).count())
                        .isInstanceOf(ClosureNotSerializableException.class);
            }
            assertThat(engine.recentJobs()).isEmpty();
        }

        @Test
        void thatCannotBeReadInTheirTaskFailTheJob() {
            UnreadableState state = new UnreadableState();

            assertThatExceptionOfType(JobFailedException.class)
                    .isThrownBy(() -> numbers().map(x -> x + state.number).count())
                    .withStackTraceContaining("no state for you");
        }
    }

    @Nested
    class Elements {

        @Test
        void ofAListThatCannotBeWrittenAreRefusedAtTheActionAndDisturbNoOther() {
            RDD<Unsendable> unsendable = engine.parallelize(List.of(new Unsendable(true)), 1);

            assertThatThrownBy(unsendable::count)
                    .isInstanceOf(SerializationException.class)
                    .hasMessageContainingAll(
                            "ParallelCollectionRDD[0] at parallelize at BadExceptionsTest.java", "Unsendable");
            assertThat(engine.status().scheduler().isIdle()).isTrue();
            assertThat(engine.recentJobs()).isEmpty();
            assertThat(numbers().count()).isEqualTo(4);
            assertThatThrownBy(unsendable::count).isInstanceOf(SerializationException.class);
        }
    }

    private static final class Unwritable extends RuntimeException {

        private final Object part = new Object();

        Unwritable(String message) {
            super(message);
        }

        @Override
        public String getMessage() {
            return super.getMessage() + (part == null ? "" : "!");
        }
    }

    private static final class Unreadable extends RuntimeException {

        Unreadable(String message) {
            super(message);
        }

        private void readObject(ObjectInputStream in) throws IOException {
            throw new IOException("never read back");
        }
    }

    private static final class Explosive extends RuntimeException {

        private final boolean whenWritten;

        Explosive(boolean whenWritten) {
            super("explosive");
            this.whenWritten = whenWritten;
        }

        private void writeObject(ObjectOutputStream out) throws IOException {
            if (whenWritten) {
                throw new AssertionError("boom");
            }
            out.defaultWriteObject();
        }

        private void readObject(ObjectInputStream in) {
            throw new AssertionError("boom");
        }
    }

    private static final class Rude extends RuntimeException {

        @Override
        public String toString() {
            throw new UnsupportedOperationException("no text");
        }

        @Override
        public String getMessage() {
            throw new UnsupportedOperationException("no message");
        }
    }

    private static final class SelfCaused extends RuntimeException {

        @Override
        public synchronized Throwable getCause() {
            return this;
        }
    }

    private record Unsendable(boolean whenWritten) {}

    private static final class UnsendableSerializer extends Serializer<Unsendable> {

        @Override
        public void write(Kryo kryo, Output output, Unsendable value) {
            if (value.whenWritten()) {
                throw new IllegalStateException("cannot be written");
            }
        }

        @Override
        public Unsendable read(Kryo kryo, Input input, Class<? extends Unsendable> type) {
            throw new IllegalStateException("cannot be read");
        }
    }

    private record Bomb(int kind) implements Serializable {

        private Object writeReplace() throws Throwable {
            throw switch (kind) {
                case 0 -> new IOException("boom");
                case 1 -> new IllegalStateException("boom");
                default -> new StackOverflowError("boom");
            };
        }
    }

    private static final class UnreadableState implements Serializable {

        private int number = 1;

        private void readObject(ObjectInputStream in) throws IOException {
            throw new IOException("no state for you");
        }
    }
}
