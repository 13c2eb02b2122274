package dev.favilla.scheduler.service;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.event.EngineEvent;
import dev.favilla.job.JobOutcome;
import dev.favilla.scheduler.AccumulatorRegistry;
import dev.favilla.scheduler.EventGate;
import dev.favilla.scheduler.ExecutorMaker;
import dev.favilla.scheduler.SchedulerCommand;
import dev.favilla.scheduler.SchedulerEvent;
import dev.favilla.scheduler.SchedulerStateMachine;
import dev.favilla.serializer.KryoSerializer;
import dev.favilla.status.SchedulerStatus;
import dev.favilla.status.SchedulerTables;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The turns of the real service around a machine of a world without threads, one at a time. */
public final class TurnBench {

    /** What the world supplies. */
    public interface World {

        /** Applies an event to the present machine. */
        List<SchedulerCommand> on(SchedulerEvent event);

        /** Puts another machine into the place of the present one. */
        void succeed();

        /** Makes an executor for the place of another. */
        ExecutorMaker replacement(ExecutorId id);

        void observe(EngineEvent event);

        void wakeAt(Instant instant);

        /** Takes what follows from a turn. */
        void post(SchedulerEvent event);
    }

    private final World world;
    private final InstantSource clock;
    private final SchedulerTurn turn;
    private boolean broken;

    public TurnBench(World world, InstantSource clock) {
        this.world = world;
        this.clock = clock;
        this.turn = new SchedulerTurn(
                new Bridge(),
                () -> true,
                new SchedulerTurn.Parts(
                        new ExecutorRegistry(() -> new EventGate(world::post)),
                        world::replacement,
                        new AccumulatorRegistry(new KryoSerializer(List.of())),
                        () -> true,
                        world::observe,
                        world::wakeAt,
                        clock,
                        world::post));
    }

    /** Submits a job and returns what tells how it has ended, if it has. */
    public Supplier<Optional<JobOutcome>> submit(SchedulerEvent.JobSubmitted event) {
        JobTicket ticket = new JobTicket(event.jobId(), event.request(), clock, reason -> {}, new JobTicket.Unwanted());
        handle(new LoopMessage.Submitted(ticket, event));
        return ticket::outcome;
    }

    public void tell(SchedulerEvent event) {
        handle(new LoopMessage.Happened(event));
    }

    public void add(ExecutorMaker executor) {
        handle(new LoopMessage.Added(executor, new Reply<>()));
    }

    public void lose(ExecutorId executor, String reason) {
        handle(new LoopMessage.Lost(executor, reason, null));
    }

    /** Returns whether the last turn left no machine that could be trusted. */
    public boolean isBroken() {
        return broken;
    }

    private void handle(LoopMessage next) {
        broken = false;
        try {
            turn.handle(next);
        } catch (Throwable t) { // as the loop does
            fail(next, t);
        }
    }

    private void fail(LoopMessage failed, Throwable error) {
        try {
            turn.fail(failed, error);
        } catch (Throwable t) { // likewise
            broken = true;
        }
    }

    private final class Bridge implements SchedulerStateMachine {

        @Override
        public List<SchedulerCommand> on(SchedulerEvent event) {
            return world.on(event);
        }

        @Override
        public SchedulerStatus status() {
            throw new UnsupportedOperationException("nobody asks");
        }

        @Override
        public Optional<List<@Nullable Object>> staged(int jobId) {
            throw new UnsupportedOperationException("nobody asks");
        }

        @Override
        public SchedulerTables tables() {
            throw new UnsupportedOperationException("nobody asks");
        }

        @Override
        public SchedulerStateMachine successor() {
            world.succeed();
            return new Bridge();
        }
    }
}
