package dev.favilla.scheduler.service;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;

/** Makes threads as another factory does, and remembers those that have not ended, so that their end can be waited for. */
final class StartedThreads implements ThreadFactory {

    private final ThreadFactory threads;
    private final Set<Thread> started = ConcurrentHashMap.newKeySet();

    StartedThreads(ThreadFactory threads) {
        this.threads = threads;
    }

    @Override
    public Thread newThread(Runnable task) {
        started.removeIf(thread -> thread.getState() == Thread.State.TERMINATED); // not alive is also not yet started
        Thread thread = threads.newThread(task);
        started.add(thread);
        return thread;
    }

    /** Waits for the end of all of them, but for the current one. */
    void awaitEnd(Deadline end) {
        for (Thread thread : started) {
            if (thread != Thread.currentThread()) {
                end.join(thread);
            }
        }
    }
}
