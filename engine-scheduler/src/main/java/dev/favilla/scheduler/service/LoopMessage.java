package dev.favilla.scheduler.service;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.event.EngineEvent;
import dev.favilla.scheduler.ExecutorMaker;
import dev.favilla.scheduler.SchedulerEvent;
import dev.favilla.scheduler.SchedulerStateMachine;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A message that waits in the scheduler's loop. Every change of what the loop owns begins with one of these. */
sealed interface LoopMessage {

    /** Something happened. */
    record Happened(SchedulerEvent event) implements LoopMessage {}

    /** A job was submitted, and this is what its submitter waits with. */
    record Submitted(JobTicket ticket, SchedulerEvent.JobSubmitted event) implements LoopMessage {}

    /** An executor is to be made and to offer its slots; the answer is why not. */
    record Added(ExecutorMaker executor, Reply<Optional<RuntimeException>> reply) implements LoopMessage {}

    /** An executor is to take no more attempts; the answer is whether another is left to run them. */
    record Draining(ExecutorId executor, Reply<Boolean> reply) implements LoopMessage {}

    /** An executor is to be dropped with all it holds, and another put into its place, if one is given. */
    record Lost(
            ExecutorId executor, String reason, @Nullable ExecutorMaker replacement) implements LoopMessage {}

    /** Observers are to be told something that the scheduler knows nothing of. */
    record Published(EngineEvent event) implements LoopMessage {}

    /** Somebody asks how things stand after all that was posted before. */
    record Asked<T>(Function<SchedulerStateMachine, T> question, Reply<T> reply) implements LoopMessage {

        void answerFrom(SchedulerStateMachine machine) {
            try {
                reply.give(question.apply(machine));
            } catch (RuntimeException | Error e) { // a question changes nothing: only whoever asked is told
                reply.fail(e);
            }
        }
    }

    /** Nothing is to come any more. */
    record Closed(String reason) implements LoopMessage {}
}
