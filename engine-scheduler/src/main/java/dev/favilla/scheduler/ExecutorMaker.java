package dev.favilla.scheduler;

/** Makes one executor. Nothing of it is known before, so if it throws, there is none. */
@FunctionalInterface
public interface ExecutorMaker {

    /**
     * Makes the executor.
     *
     * @param events where its events go; the gate is this executor's alone, and whoever gives the executor up shuts it
     */
    ExecutorBackend make(EventGate events);
}
