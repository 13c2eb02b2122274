package dev.favilla.spark;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.attempt.TaskScope;
import dev.favilla.memory.UnifiedMemoryManager;
import java.util.concurrent.Future;
import org.apache.spark.TaskContext;
import org.apache.spark.TaskContext$;
import org.junit.jupiter.api.Test;

class KillWatchTest {

    private final UnifiedMemoryManager memory = new UnifiedMemoryManager(32L << 20, 0.5);
    private final TaskContext task = TaskContext$.MODULE$.empty();

    @Test
    void aTaskThatIsNotKilledGoesOn() {
        try (KillWatch watch = new KillWatch();
                TaskScope scope = new TaskScope(1, "task 1", memory.openTask("task 1"))) {
            watch.over(task, scope).cancel(false);

            assertThat(scope.killReason()).isEmpty();
        }
    }

    @Test
    void aTaskThatBeginsWhenItsContextIsClosedIsAskedToStop() {
        KillWatch watch = new KillWatch();
        watch.close();
        try (TaskScope scope = new TaskScope(1, "task 1", memory.openTask("task 1"))) {
            Future<?> watched = watch.over(task, scope);

            assertThat(watched).isDone();
            assertThat(scope.killReason())
                    .hasValueSatisfying(reason -> assertThat(reason).contains("closed"));
        }
    }
}
