package dev.favilla.scheduler.service;

import dev.favilla.scheduler.SchedulerCommand;
import dev.favilla.scheduler.SchedulerEvent;
import dev.favilla.status.SchedulerStatus;
import dev.favilla.status.SchedulerTables;
import java.util.List;

/** The state machine, as its surroundings use it: on one thread at a time. */
interface Machine {

    /** Applies one event and returns what is to be done. */
    List<SchedulerCommand> on(SchedulerEvent event);

    /** Returns the jobs, stages and executors of this moment, and a bounded number of those that ended. */
    SchedulerStatus status();

    /** Returns what is held now. */
    SchedulerTables tables();

    /** Returns a machine that knows nothing but what outlasts a failure: which numbers were given, and what was forbidden. */
    Machine successor();
}
