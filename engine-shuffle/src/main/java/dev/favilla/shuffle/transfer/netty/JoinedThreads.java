package dev.favilla.shuffle.transfer.netty;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;

/** Makes threads, and knows those that live. May be used from any thread. */
final class JoinedThreads implements ThreadFactory {

    private final ThreadFactory threads;
    private final Set<Thread> made = ConcurrentHashMap.newKeySet();

    JoinedThreads(ThreadFactory threads) {
        this.threads = threads;
    }

    @Override
    public Thread newThread(Runnable task) {
        made.removeIf(thread -> thread.getState() == Thread.State.TERMINATED);
        Thread thread = threads.newThread(task);
        made.add(thread);
        return thread;
    }

    /**
     * Waits until all have ended but the one that waits, if it is one of them, and returns those that have not in time.
     * An interrupt does not shorten the wait, and is kept.
     */
    List<Thread> join(Duration deadline) {
        long end = System.nanoTime() + deadline.toNanos();
        boolean interrupted = Thread.interrupted();
        List<Thread> left = new ArrayList<>(made);
        left.remove(Thread.currentThread());
        for (long nanos = deadline.toNanos(); nanos > 0 && !left.isEmpty(); nanos = end - System.nanoTime()) {
            try {
                left.get(0).join(1 + nanos / 1_000_000);
                left.removeIf(thread -> !thread.isAlive());
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return left;
    }
}
