package dev.favilla.scheduler.service;

import dev.favilla.event.EngineEvent;
import dev.favilla.event.EngineListener;
import dev.favilla.lineage.StackText;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What waits for one listener. Any thread may offer; one at a time delivers.
 *
 * <p><b>Failures.</b> A listener that throws is reported once, and told the next event all the same.
 */
final class ListenerQueue {

    private final EngineListener listener;
    private final BlockingQueue<EngineEvent> events;
    private volatile boolean removed;

    /** Owned by the delivering thread. */
    private boolean reported;

    ListenerQueue(EngineListener listener, int capacity) {
        this.listener = listener;
        this.events = new LinkedBlockingQueue<>(capacity);
    }

    EngineListener listener() {
        return listener;
    }

    /** Returns false if the queue is full. */
    boolean offer(EngineEvent event) {
        return events.offer(event);
    }

    boolean isEmpty() {
        return events.isEmpty();
    }

    /** Delivers nothing more. */
    void remove() {
        removed = true;
        events.clear();
    }

    /** Forgets what waits and returns how much it was. */
    int discard() {
        int waiting = events.size();
        events.clear();
        return waiting;
    }

    /** Tells the listener the event that waits longest; returns whether there was one. */
    boolean deliverOne() {
        EngineEvent event = events.poll();
        if (event == null || removed) {
            return false;
        }
        try {
            listener.onEvent(event);
        } catch (Throwable t) { // the thread's root: neither the other listeners nor the jobs are to suffer
            report(event, t);
        }
        return true;
    }

    private void report(EngineEvent event, Throwable error) {
        if (!reported) {
            reported = true;
            logger().warn(
                            "Listener {} threw on {}; it stays, and this is said once: {}",
                            listener.getClass().getName(),
                            event.getClass().getSimpleName(),
                            StackText.of(error));
        }
    }

    /** Asked for only when there is something to say: without a binding the first logger prints a banner. */
    private static Logger logger() {
        return LoggerFactory.getLogger(ListenerQueue.class);
    }
}
