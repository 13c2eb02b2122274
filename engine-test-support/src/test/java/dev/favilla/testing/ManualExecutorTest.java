package dev.favilla.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ManualExecutorTest {

    private final ManualExecutor executor = new ManualExecutor();
    private final List<String> ran = new ArrayList<>();

    @Test
    void keepsTasksUntilAskedToRunThem() {
        executor.execute(() -> ran.add("a"));
        executor.execute(() -> ran.add("b"));

        assertThat(executor.pending()).isEqualTo(2);
        assertThat(ran).isEmpty();
    }

    @Test
    void runsTheOldestTaskFirst() {
        executor.execute(() -> ran.add("a"));
        executor.execute(() -> ran.add("b"));

        executor.runNext();

        assertThat(ran).containsExactly("a");
        assertThat(executor.pending()).isEqualTo(1);
    }

    @Test
    void runsAlsoTheTasksThatTasksHandIn() {
        executor.execute(() -> executor.execute(() -> ran.add("inner")));

        assertThat(executor.runAll()).isEqualTo(2);
        assertThat(ran).containsExactly("inner");
    }

    @Test
    void saysThatNothingIsPending() {
        assertThatThrownBy(executor::runNext)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("No task is pending");
    }

    @Test
    void handsOnWhatATaskThrowsAndKeepsTheRest() {
        executor.execute(() -> {
            throw new IllegalArgumentException("broken");
        });
        executor.execute(() -> ran.add("next"));

        assertThatThrownBy(executor::runAll).hasMessage("broken");

        assertThat(executor.pending()).isEqualTo(1);
    }

    @Test
    void failsRatherThanRunForEver() {
        executor.execute(new Runnable() {
            @Override
            public void run() {
                executor.execute(this);
            }
        });

        assertThatThrownBy(executor::runAll).hasMessageContaining("1 still wait");
    }
}
