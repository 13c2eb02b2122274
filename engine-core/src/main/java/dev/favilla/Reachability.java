package dev.favilla;

import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Runs a clean-up once an object can no longer be reached: the map outputs of a shuffle, the blocks of a cached dataset,
 * the copies of a broadcast. Without a thread: whoever uses the context sweeps. Used from any thread.
 */
final class Reachability {

    private final ReferenceQueue<Object> queue = new ReferenceQueue<>();
    private final Set<Tracked> tracked = ConcurrentHashMap.newKeySet();

    /** Runs {@code cleanUp}, which must not refer to {@code referent}, in a sweep after it became unreachable. */
    void track(Object referent, Runnable cleanUp) {
        tracked.add(new Tracked(referent, queue, cleanUp));
    }

    /** Runs the clean-ups that are due. */
    void sweep() {
        while (queue.poll() instanceof Tracked due) {
            tracked.remove(due);
            due.cleanUp.run();
        }
    }

    private static final class Tracked extends PhantomReference<Object> {

        private final Runnable cleanUp;

        Tracked(Object referent, ReferenceQueue<Object> queue, Runnable cleanUp) {
            super(referent, queue);
            this.cleanUp = cleanUp;
        }
    }
}
