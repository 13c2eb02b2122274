package dev.favilla;

import java.io.Serializable;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts what functions in tasks do, however often they do it; an accumulator would leave out what came to nothing. A
 * copy of it, made with the function that has captured it, is the same tally.
 *
 * @param id names it
 */
record Tally(int id) implements Serializable {

    private static final long PATIENCE_SECONDS = 30;

    private static final AtomicInteger NEXT = new AtomicInteger();
    private static final Map<Integer, State> ALL = new ConcurrentHashMap<>();

    static Tally create() {
        int id = NEXT.getAndIncrement();
        ALL.put(id, new State(new AtomicInteger(), new CountDownLatch(1)));
        return new Tally(id);
    }

    void add() {
        State state = ALL.get(id);
        state.count().incrementAndGet();
        state.begun().countDown();
    }

    int count() {
        return ALL.get(id).count().get();
    }

    /** Waits until something was counted. */
    void awaitFirst() throws InterruptedException {
        if (!ALL.get(id).begun().await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("nothing was counted within " + PATIENCE_SECONDS + " s");
        }
    }

    private record State(AtomicInteger count, CountDownLatch begun) {}
}
