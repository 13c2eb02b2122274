package dev.favilla.scheduler.service;

import dev.favilla.scheduler.SchedulerEvent;
import dev.favilla.scheduler.SchedulerTables;
import java.util.concurrent.CompletableFuture;

/** What waits in the scheduler's loop. */
sealed interface Turn {

    /** Something happened. */
    record Happened(SchedulerEvent event) implements Turn {}

    /** Somebody asks how things stand after all that was posted before. */
    record Asked(CompletableFuture<SchedulerTables> answer) implements Turn {}
}
