package dev.favilla.scheduler.dag;

import dev.favilla.scheduler.SchedulerCommand;
import dev.favilla.scheduler.SchedulerEvent;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What lies between the world and the machine, where a test may break something on purpose. */
interface SimWire {

    /** Breaks nothing. */
    SimWire SOUND = new SimWire() {};

    /** Returns what the machine hears when {@code event} is told; null if it hears nothing. */
    default @Nullable SchedulerEvent heard(SchedulerEvent event) {
        return event;
    }

    /** Returns what the world hears when the machine says {@code commands}. */
    default List<SchedulerCommand> said(List<SchedulerCommand> commands) {
        return commands;
    }
}
