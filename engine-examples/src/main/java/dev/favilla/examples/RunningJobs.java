package dev.favilla.examples;

import dev.favilla.event.EngineEvent;
import dev.favilla.event.EngineListener;

/** Counts jobs, and how many of them run at the same time. All is told when the context is closed. Thread-safe. */
final class RunningJobs implements EngineListener {

    private int started;
    private int running;
    private int mostAtOnce;

    @Override
    public synchronized void onEvent(EngineEvent event) {
        if (event instanceof EngineEvent.JobStarted) {
            started++;
            running++;
            mostAtOnce = Math.max(mostAtOnce, running);
        } else if (event instanceof EngineEvent.JobEnded) {
            running--;
        }
    }

    synchronized int started() {
        return started;
    }

    synchronized int mostAtOnce() {
        return mostAtOnce;
    }
}
