package dev.favilla.task;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.attempt.TaskBound;
import dev.favilla.attempt.TaskScope;
import dev.favilla.lineage.UserCodeException;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60) // an endless chain of causes is to fail, not to hang
class TaskErrorTest {

    private static UserCodeException inMap(Throwable cause) {
        return new UserCodeException("map at Report.java:12", "7", cause);
    }

    @Nested
    class WhereObjectsAreShared {

        @Test
        void theExceptionIsTheUsersOwnAndTheWordsSayWhere() {
            IllegalStateException own = new IllegalStateException("no seven");

            TaskError error = TaskError.of(inMap(own));

            assertThat(error.thrown()).containsSame(own);
            assertThat(error.className()).isEqualTo("java.lang.IllegalStateException");
            assertThat(error.text()).isEqualTo("java.lang.IllegalStateException: no seven");
            assertThat(error.summary())
                    .isEqualTo("map at Report.java:12 failed on record 7 with java.lang.IllegalStateException");
            assertThat(error.operation()).contains("map at Report.java:12");
            assertThat(error.record()).contains("7");
            assertThat(error.datasetId()).isEmpty();
            assertThat(error.stack()).isEmpty();
        }

        @Test
        void anErrorOutsideOfUserCodeIsItself() {
            OutOfMemoryError thrown = new OutOfMemoryError("heap");

            TaskError error = TaskError.of(thrown);

            assertThat(error.thrown()).containsSame(thrown);
            assertThat(error.operation()).isEmpty();
            assertThat(error.record()).isEmpty();
            assertThat(error).hasToString("java.lang.OutOfMemoryError");
        }

        @Test
        void aHugeTextIsCutInTheWordsAndWholeInTheException() {
            IllegalStateException huge = new IllegalStateException("x".repeat(1_000_000));

            TaskError error = TaskError.of(huge);

            assertThat(error.text()).hasSizeLessThan(11_000).endsWith("of 1000033 characters)");
            assertThat(error.thrown()).containsSame(huge);
        }
    }

    @Nested
    class AsBytes {

        @Test
        void theExceptionIsACopyWithMessageStackAndCauses() {
            IOException cause = new IOException("disk");
            Own own = new Own("no seven", cause, List.of(1, 2));
            own.addSuppressed(new IllegalStateException("on closing"));

            TaskError error = TaskError.of(inMap(own)).asBytes();

            Throwable copy = error.thrown().orElseThrow();
            assertThat(copy).isNotSameAs(own).isInstanceOf(Own.class).hasMessage("no seven");
            assertThat(((Own) copy).details).isEqualTo(List.of(1, 2));
            assertThat(copy.getStackTrace()).isEqualTo(own.getStackTrace());
            assertThat(copy.getCause()).isInstanceOf(IOException.class).hasMessage("disk");
            assertThat(copy.getSuppressed()).hasSize(1);
            assertThat(error.summary()).contains("map at Report.java:12");
            assertThat(error.operation()).contains("map at Report.java:12");
            assertThat(error.record()).contains("7");
        }

        @Test
        void everyCallerGetsACopyOfItsOwn() {
            TaskError error = TaskError.of(new Own("x", null, List.of())).asBytes();

            assertThat(error.thrown().orElseThrow()).isNotSameAs(error.thrown().orElseThrow());
        }

        @Test
        void theStackIsThereInWords() {
            IOException cause = new IOException("disk");

            String stack = TaskError.of(inMap(new IllegalStateException("no seven", cause)))
                    .asBytes()
                    .stack()
                    .orElseThrow();

            assertThat(stack)
                    .startsWith("java.lang.IllegalStateException: no seven\n\tat " + TaskErrorTest.class.getName())
                    .contains("\nCaused by: java.io.IOException: disk\n\tat ");
        }

        @Test
        void whatCannotBeWrittenOrReadBackLeavesItsWords() {
            for (RuntimeException thrown : List.of(
                    new Holding(new Object()),
                    new ThrowsOnWrite(),
                    new ThrowsOnRead(),
                    new BecomesAText(),
                    new Holding(new Handle()))) {
                TaskError error = TaskError.of(inMap(thrown)).asBytes();

                assertThat(error.thrown()).as("%s", thrown.getClass()).isEmpty();
                assertThat(error.className()).isEqualTo(thrown.getClass().getName());
                assertThat(error.text()).contains("on purpose");
                assertThat(error.stack().orElseThrow())
                        .contains("on purpose", "\n\tat " + TaskErrorTest.class.getName());
            }
        }

        @Test
        void exceptionsThatThrowWhenAskedAreToldByTheirClass() {
            TaskError error = TaskError.of(new Rude()).asBytes();

            assertThat(error.text()).contains(Rude.class.getName());
            assertThat(error.stack().orElseThrow()).contains(Rude.class.getName());
            assertThat(error.thrown().orElseThrow()).isInstanceOf(Rude.class);
        }

        @Test
        void circlesOfCausesEnd() {
            Exception first = new Exception("first");
            first.initCause(new Exception("second", first));

            TaskError circle = TaskError.of(first).asBytes();
            TaskError own = TaskError.of(new SelfCaused()).asBytes();
            TaskError endless = TaskError.of(new EndlesslyCaused()).asBytes();

            assertThat(circle.stack().orElseThrow().split("Caused by", -1)).hasSize(2);
            Throwable copy = circle.thrown().orElseThrow();
            assertThat(copy.getCause().getCause()).isSameAs(copy);
            assertThat(own.stack().orElseThrow()).doesNotContain("Caused by");
            assertThat(own.thrown()).isPresent();
            assertThat(endless.stack().orElseThrow()).hasSizeLessThan(60_000).endsWith("... and so on");
        }

        @Test
        void aVeryDeepChainOfCausesLeavesItsWords() {
            Exception deep = new Exception("the root");
            for (int i = 0; i < 100_000; i++) {
                deep = new Exception("wrapper", deep);
            }

            TaskError error = TaskError.of(deep).asBytes();

            assertThat(error.thrown()).isEmpty();
            assertThat(error.stack().orElseThrow()).startsWith("java.lang.Exception: wrapper");
        }

        @Test
        void hugeTextsAndStacksAreCutInTheWords() {
            Exception huge = new Exception("x".repeat(1_000_000));
            StackTraceElement[] frames = new StackTraceElement[1_000];
            java.util.Arrays.fill(frames, new StackTraceElement("Report", "run", "Report.java", 12));
            huge.setStackTrace(frames);

            TaskError error = TaskError.of(huge).asBytes();

            assertThat(error.stack().orElseThrow()).hasSizeLessThan(20_000).endsWith("... 800 more");
            assertThat(error.thrown().orElseThrow()).hasMessage(huge.getMessage());
        }

        @Test
        void bytesStayAsTheyAre() {
            TaskError error = TaskError.of(new Exception("x")).asBytes();

            assertThat(error.asBytes()).isSameAs(error);
        }

        @Test
        void withoutMemoryForTheCopyTheWordsRemain() {
            TaskError error = TaskError.of(new NeedsMemory()).asBytes();

            assertThat(error.className()).endsWith("NeedsMemory");
            assertThat(error.thrown()).isEmpty();
            assertThat(error.stack().orElseThrow()).contains("NeedsMemory");
        }
    }

    private static final class Own extends RuntimeException {

        private final transient Object unused = new Object();
        private final List<Integer> details;

        Own(String message, Throwable cause, List<Integer> details) {
            super(message, cause);
            this.details = details;
        }
    }

    private static class OnPurpose extends RuntimeException {

        OnPurpose() {
            super("on purpose");
        }
    }

    private static final class Holding extends OnPurpose {

        private final Object held;

        Holding(Object held) {
            this.held = held;
        }
    }

    private static final class ThrowsOnWrite extends OnPurpose {

        private void writeObject(ObjectOutputStream out) {
            throw new AssertionError("not written");
        }
    }

    private static final class ThrowsOnRead extends OnPurpose {

        private void readObject(ObjectInputStream in) {
            throw new AssertionError("not read");
        }
    }

    private static final class BecomesAText extends OnPurpose {

        private Object writeReplace() {
            return "a text";
        }
    }

    /** Means something inside a task only. */
    private record Handle() implements TaskBound, Serializable {

        @Override
        public Object bindTo(TaskScope scope) {
            return this;
        }
    }

    private static final class Rude extends RuntimeException {

        @Override
        public String toString() {
            throw new UnsupportedOperationException("no text");
        }

        @Override
        public String getMessage() {
            throw new AssertionError("no message");
        }

        @Override
        public StackTraceElement[] getStackTrace() {
            throw new UnsupportedOperationException("no stack");
        }

        @Override
        public synchronized Throwable getCause() {
            throw new UnsupportedOperationException("no cause");
        }
    }

    private static final class SelfCaused extends RuntimeException {

        @Override
        public synchronized Throwable getCause() {
            return this;
        }
    }

    private static final class EndlesslyCaused extends RuntimeException {

        @Override
        public synchronized Throwable getCause() {
            return new EndlesslyCaused();
        }
    }

    private static final class NeedsMemory extends RuntimeException {

        private void writeObject(ObjectOutputStream out) {
            throw new OutOfMemoryError("on purpose");
        }
    }
}
