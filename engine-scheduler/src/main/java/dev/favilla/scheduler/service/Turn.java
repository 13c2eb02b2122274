package dev.favilla.scheduler.service;

import dev.favilla.scheduler.SchedulerEvent;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** What waits in the scheduler's loop. */
sealed interface Turn {

    /** Something happened. */
    record Happened(SchedulerEvent event) implements Turn {}

    /** Somebody asks how things stand after all that was posted before. */
    record Asked<T>(Function<Machine, T> question, CompletableFuture<T> answer) implements Turn {

        void answerFrom(Machine machine) {
            try {
                answer.complete(question.apply(machine));
            } catch (RuntimeException | Error e) { // whoever asked must not wait for ever
                answer.completeExceptionally(e);
            }
        }
    }
}
