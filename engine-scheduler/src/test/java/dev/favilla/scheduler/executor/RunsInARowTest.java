package dev.favilla.scheduler.executor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.scheduler.EventGate;
import dev.favilla.scheduler.Mailbox;
import dev.favilla.scheduler.RunningTask;
import dev.favilla.scheduler.SchedulerEvent;
import dev.favilla.scheduler.TaskSpec;
import dev.favilla.scheduler.TaskWork;
import dev.favilla.testing.LeakProbes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Short tasks that a slot has at hand: when it takes the turn in which their ends are applied. */
class RunsInARowTest {

    private final ExecutorHarness harness = new ExecutorHarness(1);
    private final Turns turns = new Turns();
    private final InProcessExecutor executor = new InProcessExecutor(
            harness.host.env(1, TestExecutor.threads(), harness.host.shuffle), new EventGate(turns));
    private final CountDownLatch release = new CountDownLatch(1);

    @BeforeEach
    void audit(LeakProbes probes) {
        harness.audit(probes);
    }

    @AfterEach
    void close() {
        assertThat(executor.close(ExecutorHarness.DEADLINE)).isEmpty();
        harness.close();
    }

    @Test
    void theEndsOfOneStageAreAppliedAFewAtATime() throws Exception {
        TaskWork work = work(() -> null);
        launch(work, work, work, work, work, work);

        assertThat(turns.next()).hasSize(SlotPool.IN_A_ROW);
        assertThat(turns.next()).as("what follows is not at hand").hasSize(2);
    }

    @Test
    void theEndOfTheLastTaskAtHandIsAppliedBeforeOneOfAnotherStageBegins() throws Exception {
        TaskWork work = work(() -> null);
        launch(work, work, work(() -> null));

        assertThat(turns.next()).hasSize(2);
        assertThat(turns.next()).hasSize(1);
    }

    @Test
    void aFailureIsAppliedAtOnce() throws Exception {
        TaskWork work = work(() -> {
            throw new IllegalStateException("mine");
        });
        launch(work, work);

        assertThat(turns.next()).hasSize(1);
        assertThat(turns.next()).hasSize(1);
    }

    @Test
    void anEndThatIsNotAppliedYetIsThereForWhoeverTakesATurn() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch finish = new CountDownLatch(1);
        BlockingQueue<RunningTask.Body<?>> bodies = new LinkedBlockingQueue<>();
        bodies.add(() -> null);
        bodies.add(() -> {
            running.countDown();
            return finish.await(30, TimeUnit.SECONDS);
        });
        TaskWork work = work(() -> bodies.remove().run());
        launch(work, work);
        ExecutorHarness.await(running);

        turns.work();
        assertThat(turns.next()).as("the first has ended").hasSize(1);
        finish.countDown();
        assertThat(turns.next()).hasSize(1);
    }

    private TaskWork work(RunningTask.Body<?> body) {
        return new TaskWork.RunAction(harness.lineage.source(1), ExecutorHarness.action(body), null);
    }

    /** Launches attempts behind one that holds the slot until all are there. */
    private void launch(TaskWork... works) throws InterruptedException {
        CountDownLatch busy = new CountDownLatch(1);
        executor.launch(spec(work(() -> {
            busy.countDown();
            return release.await(30, TimeUnit.SECONDS);
        })));
        ExecutorHarness.await(busy);
        for (TaskWork work : works) {
            executor.launch(spec(work));
        }
        release.countDown();
        assertThat(turns.next()).as("the one that held the slot").hasSize(1);
    }

    private TaskSpec spec(TaskWork work) {
        return harness.host.spec(work, 0, Map.of(), Map.of());
    }

    /** Knows which ends were applied in one turn. */
    private static final class Turns implements Mailbox {

        private final BlockingQueue<SchedulerEvent> left = new LinkedBlockingQueue<>();
        private final BlockingQueue<List<SchedulerEvent>> applied = new LinkedBlockingQueue<>();

        @Override
        public void accept(SchedulerEvent event) {
            left.add(event);
        }

        @Override
        public boolean wantsStarts() {
            return false;
        }

        @Override
        public boolean isWaiting() {
            return !left.isEmpty();
        }

        @Override
        public synchronized void work() {
            List<SchedulerEvent> turn = new ArrayList<>();
            left.drainTo(turn);
            if (!turn.isEmpty()) {
                applied.add(turn);
            }
        }

        List<SchedulerEvent> next() throws InterruptedException {
            List<SchedulerEvent> turn = applied.poll(30, TimeUnit.SECONDS);
            assertThat(turn).as("a turn with something to apply").isNotNull();
            return turn;
        }
    }
}
