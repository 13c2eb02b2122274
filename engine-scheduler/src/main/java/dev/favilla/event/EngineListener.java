package dev.favilla.event;

/**
 * Observes a context. Called on one thread of the context's own, never while a lock is held; a slow listener delays no
 * job, but loses events once its queue is full, and the loss is counted.
 */
@FunctionalInterface
public interface EngineListener {

    void onEvent(EngineEvent event);
}
