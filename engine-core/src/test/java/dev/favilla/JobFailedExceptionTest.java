package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.job.JobFailure;
import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.UserCodeException;
import dev.favilla.task.TaskError;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a job's failure says, wherever its task ran. */
class JobFailedExceptionTest {

    private static JobFailedException failed(TaskError error, String... history) {
        return new JobFailedException(
                3,
                new CallSite("collect", "Report.java:20"),
                new JobFailure.TaskFailed(
                        1, "map at Report.java:12", 2, 1 + history.length, "executor-1#0", error, List.of(history)),
                Map.of());
    }

    private static TaskError inMap(Throwable thrown) {
        return TaskError.of(new UserCodeException("map at Report.java:12", "7", thrown));
    }

    @Test
    void theMessageIsTheSameWhetherTheExceptionWasCopiedOrNot() {
        IllegalStateException thrown = new IllegalStateException("no seven.");

        JobFailedException here = failed(inMap(thrown));
        JobFailedException there = failed(inMap(thrown).asBytes());

        assertThat(here)
                .hasMessage("Job 3 (collect at Report.java:20) failed: map at Report.java:12 threw"
                        + " java.lang.IllegalStateException: no seven. on record 7. Partition 2 of stage 1 (map at"
                        + " Report.java:12) was tried 1 time, the last on executor-1#0.");
        assertThat(there).hasMessage(here.getMessage());
        assertThat(here.getCause()).isSameAs(thrown);
        assertThat(there.getCause())
                .isNotSameAs(thrown)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("no seven.");
    }

    @Test
    void anExceptionThatCannotBeCopiedIsThereInWords() {
        JobFailedException failed = failed(inMap(new Holding(new Object())).asBytes());

        assertThat(failed).hasNoCause();
        assertThat(failed.getMessage())
                .contains("threw " + Holding.class.getName() + ": no seven on record 7")
                .contains("in words: " + Holding.class.getName() + ": no seven\n\tat "
                        + JobFailedExceptionTest.class.getName());
    }

    @Test
    void theHistoryTellsWhatWasTriedBefore() {
        JobFailedException failed = failed(
                TaskError.of(new IllegalStateException("again")).asBytes(),
                "attempt 12 on executor-1#0 failed: java.io.IOException",
                "attempt 13 on executor-2#0 executor lost: it was killed");

        assertThat(failed)
                .hasMessageEndingWith("was tried 3 times, the last on executor-1#0. Before that: attempt 12 on"
                        + " executor-1#0 failed: java.io.IOException; attempt 13 on executor-2#0 executor lost: it was"
                        + " killed.");
    }

    @Test
    void anAbortSaysItsReasonAndKeepsItsError() {
        IllegalStateException error = new IllegalStateException("bug");

        JobFailedException failed = new JobFailedException(
                3,
                new CallSite("collect", "Report.java:20"),
                new JobFailure.Aborted("a limit was reached", error),
                Map.of());

        assertThat(failed).hasMessage("Job 3 (collect at Report.java:20) failed: a limit was reached");
        assertThat(failed.getCause()).isSameAs(error);
    }

    private static final class Holding extends RuntimeException {

        private final Object held;

        Holding(Object held) {
            super("no seven");
            this.held = held;
        }
    }
}
