package dev.favilla.scheduler.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.favilla.scheduler.AccumulatorRegistry;
import dev.favilla.scheduler.EventGate;
import dev.favilla.scheduler.SchedulerCommand;
import dev.favilla.scheduler.SchedulerEvent;
import dev.favilla.scheduler.SchedulerStateMachine;
import dev.favilla.serializer.KryoSerializer;
import dev.favilla.status.SchedulerStatus;
import dev.favilla.status.SchedulerTables;
import dev.favilla.testing.ManualClock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Who may touch what the scheduler knows. */
class SchedulerTurnTest {

    private static final LoopMessage MESSAGE = new LoopMessage.Happened(new SchedulerEvent.TimePassed());

    private final List<SchedulerEvent> told = new ArrayList<>();
    private final List<Throwable> failures = new ArrayList<>();
    private final CountDownLatch inside = new CountDownLatch(1);
    private final CountDownLatch mayGoOn = new CountDownLatch(1);
    private boolean pauses;

    private final SchedulerTurn turn = new SchedulerTurn(
            new Scripted(),
            this::isTurn,
            new SchedulerTurn.Parts(
                    new ExecutorRegistry(() -> new EventGate(event -> {})),
                    id -> {
                        throw new AssertionError("there is no executor");
                    },
                    new AccumulatorRegistry(new KryoSerializer(List.of())),
                    () -> false,
                    event -> {},
                    instant -> {},
                    new ManualClock(),
                    event -> {}));

    private final SchedulerLoop<LoopMessage> loop = new SchedulerLoop<>(
            LoopMessage.Happened::new, () -> {}, 10, turn::handle, (message, error) -> failures.add(error));

    private boolean isTurn() {
        return loop.isDrainedHere();
    }

    @Test
    void whoeverDrainsTheLoopHandlesWhatWaitsThere() {
        loop.leave(MESSAGE);
        loop.drain();

        assertThat(told).hasSize(1);
        assertThat(failures).isEmpty();
    }

    @Test
    void nobodyHandlesAMessageOutsideOfATurn() {
        assertThatThrownBy(() -> turn.handle(MESSAGE))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContainingAll(
                        "\"" + Thread.currentThread().getName() + "\"",
                        "Happened",
                        "belongs to the thread that drains the loop",
                        "Post the message instead");
        assertThat(told).isEmpty();
    }

    @Test
    void nobodyHandlesAMessageInTheTurnOfAnother() throws Exception {
        pauses = true;
        loop.leave(MESSAGE);
        Thread drainer = new Thread(loop::drain, "favilla-test-drainer");
        drainer.start();
        assertThat(inside.await(30, TimeUnit.SECONDS)).isTrue();

        assertThatThrownBy(() -> turn.handle(MESSAGE)).isInstanceOf(IllegalStateException.class);

        mayGoOn.countDown();
        drainer.join(30_000);
        assertThat(told).hasSize(1);
        assertThat(failures).isEmpty();
    }

    private final class Scripted implements SchedulerStateMachine {

        @Override
        public List<SchedulerCommand> on(SchedulerEvent event) {
            if (pauses) {
                inside.countDown();
                awaitLeave();
            }
            told.add(event);
            return List.of();
        }

        private void awaitLeave() {
            try {
                if (!mayGoOn.await(30, TimeUnit.SECONDS)) {
                    throw new AssertionError("not let go");
                }
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public SchedulerStatus status() {
            return new SchedulerStatus(List.of(), List.of(), List.of());
        }

        @Override
        public Optional<List<@Nullable Object>> staged(int jobId) {
            return Optional.empty();
        }

        @Override
        public SchedulerTables tables() {
            return new SchedulerTables(0, 0, 0, 0, 0, 0);
        }

        @Override
        public SchedulerStateMachine successor() {
            return new Scripted();
        }
    }
}
