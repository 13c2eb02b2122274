package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Holds tasks back until a test lets them go on. Functions name it, because where executors are isolated they are copies. */
final class Gate implements AutoCloseable {

    private static final Map<String, Gate> GATES = new ConcurrentHashMap<>();
    private static final AtomicInteger NEXT = new AtomicInteger();
    private static final long PATIENCE_SECONDS = 30;

    private final String name = "gate-" + NEXT.getAndIncrement();
    private final Semaphore arrivals = new Semaphore(0);
    private final CountDownLatch open = new CountDownLatch(1);

    Gate() {
        GATES.put(name, this);
    }

    /** Returns what functions capture. */
    String name() {
        return name;
    }

    /** Says that it has arrived, waits until the gate is open, and returns {@code record}. For tasks. */
    static <T> T pass(String name, T record) throws InterruptedException {
        Gate gate = arrive(name);
        if (gate != null) {
            gate.open.await();
        }
        return record;
    }

    /** As {@link #pass}, whatever the thread is told meanwhile. */
    static <T> T passStubbornly(String name, T record) {
        Gate gate = arrive(name);
        boolean waiting = gate != null;
        while (waiting) {
            try {
                gate.open.await();
                waiting = false;
            } catch (InterruptedException e) {
                // goes on on purpose, as badly written code does
            }
        }
        return record;
    }

    private static Gate arrive(String name) {
        Gate gate = GATES.get(name);
        if (gate != null) {
            gate.arrivals.release();
        }
        return gate;
    }

    /** Waits until {@code tasks} more have arrived. */
    void awaitArrivals(int tasks) {
        try {
            assertThat(arrivals.tryAcquire(tasks, PATIENCE_SECONDS, TimeUnit.SECONDS))
                    .as("%s more tasks arrive", tasks)
                    .isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted", e);
        }
    }

    /** Returns how many have arrived and were not waited for. */
    int arrivals() {
        return arrivals.availablePermits();
    }

    void open() {
        open.countDown();
    }

    @Override
    public void close() {
        open();
        GATES.remove(name);
    }
}
