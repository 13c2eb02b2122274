package dev.favilla.scheduler.dag;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.scheduler.SchedulerEvent;
import java.util.ArrayList;
import java.util.List;

/** Messages on their way to the machine: they may come late, overtake each other and come twice. */
final class SimMail {

    private final SimChance chance;
    private final List<SchedulerEvent> messages = new ArrayList<>();

    SimMail(SimChance chance) {
        this.chance = chance;
    }

    boolean isEmpty() {
        return messages.isEmpty();
    }

    void post(SchedulerEvent message) {
        messages.add(message);
    }

    /** Takes out the message that arrives next. */
    SchedulerEvent take() {
        int index = chance.happens(chance.faults().disorder()) ? chance.below(messages.size()) : 0;
        SchedulerEvent message = messages.remove(index);
        if (mayComeTwice(message) && chance.happens(chance.faults().duplicate())) {
            messages.add(chance.below(messages.size() + 1), message);
        }
        return message;
    }

    /** An executor is announced once: its id is never used again. */
    private static boolean mayComeTwice(SchedulerEvent message) {
        return !(message instanceof SchedulerEvent.ExecutorAdded);
    }

    /** Returns whether the machine does not know an executor yet. */
    boolean isUnannounced(ExecutorId id) {
        for (SchedulerEvent message : messages) {
            if (message instanceof SchedulerEvent.ExecutorAdded added
                    && added.executor().equals(id)) {
                return true;
            }
        }
        return false;
    }

    /** Loses some of what an executor said that is no more. */
    void loseFrom(ExecutorId id) {
        messages.removeIf(message -> message instanceof SchedulerEvent.AttemptEnded ended
                && ended.executor().equals(id)
                && chance.oneIn(2));
    }
}
