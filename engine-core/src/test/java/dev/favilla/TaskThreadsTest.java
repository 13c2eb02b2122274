package dev.favilla;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.favilla.attempt.TaskScope;
import dev.favilla.memory.UnifiedMemoryManager;
import org.junit.jupiter.api.Test;

/** Threads that are no task slots run attempts where a scheduler of others brings its own, as Spark does. */
class TaskThreadsTest {

    private final UnifiedMemoryManager memory = new UnifiedMemoryManager(64L << 20, 0.5);

    @Test
    void aThreadThatIsNoSlotIsOneAsLongAsItRunsAnAttempt() {
        for (int attempt = 0; attempt < 2; attempt++) {
            runAsAttempt(attempt);
            assertThatCode(TaskThreads::requireNone).doesNotThrowAnyException();
        }
    }

    @Test
    void aSlotRunsOneAttemptAfterTheOther() throws Exception {
        Thread slot = new Thread(() -> {
            TaskThreads.beginSlot();
            for (int attempt = 0; attempt < 2; attempt++) {
                runAsAttempt(attempt);
                assertThatIllegalStateException()
                        .isThrownBy(TaskThreads::requireNone)
                        .withMessageContaining("inside the task slot a slot");
            }
        });
        slot.setName("a slot");
        Throwable[] failure = new Throwable[1];
        slot.setUncaughtExceptionHandler((thread, thrown) -> failure[0] = thrown);
        slot.start();
        slot.join();
        if (failure[0] != null) {
            throw new AssertionError(failure[0]);
        }
    }

    private void runAsAttempt(int number) {
        String owner = "attempt " + number;
        try (TaskScope scope = new TaskScope(number, owner, memory.openTask(owner))) {
            TaskThreads.enter(scope);

            assertThatIllegalStateException()
                    .isThrownBy(TaskThreads::requireNone)
                    .withMessageContaining("inside " + owner);
        }
    }
}
