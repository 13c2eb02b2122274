package dev.favilla.scheduler.dag;

import dev.favilla.event.EngineEvent;
import dev.favilla.scheduler.SchedulerCommand;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/** Collects the commands of one event. Without an observer no event object is made. */
final class Outbox {

    private final InstantSource clock;
    private final BooleanSupplier observed;

    /** Few events mean more than one thing to do. */
    private static final int FEW = 2;

    private List<SchedulerCommand> commands = new ArrayList<>(FEW);

    Outbox(InstantSource clock, BooleanSupplier observed) {
        this.clock = clock;
        this.observed = observed;
    }

    Instant now() {
        return clock.instant();
    }

    void add(SchedulerCommand command) {
        commands.add(command);
    }

    void publish(Function<Instant, EngineEvent> event) {
        if (observed.getAsBoolean()) {
            commands.add(new SchedulerCommand.Publish(event.apply(clock.instant())));
        }
    }

    /** Returns what was collected since the last call. */
    List<SchedulerCommand> drain() {
        if (commands.isEmpty()) {
            return List.of();
        }
        List<SchedulerCommand> drained = commands;
        commands = new ArrayList<>(FEW);
        return drained;
    }
}
