package dev.favilla;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Makes the threads of a context: daemons with telling names. They are started by whoever needs the first one, and so
 * take over none of that thread's inheritable thread-locals: what a job takes from its thread, it takes when it is
 * submitted. May be used from any thread.
 */
final class EngineThreads implements ThreadFactory {

    /**
     * Address space, taken up only as far as it is used: joins whose right sides are joins nest on the stack, and so do
     * records that refer to each other in long chains when they are serialized.
     */
    private static final long STACK_BYTES = 32L << 20;

    private final String prefix;
    private final Runnable first;
    private final AtomicInteger next = new AtomicInteger();

    private EngineThreads(String prefix, Runnable first) {
        this.prefix = prefix;
        this.first = first;
    }

    /**
     * For task slots: see {@link TaskThreads}.
     *
     * @param prefix of their names, before a number
     */
    static EngineThreads forSlots(String prefix) {
        return new EngineThreads(prefix, TaskThreads::beginSlot);
    }

    /**
     * For everything else.
     *
     * @param prefix of their names, before a number
     */
    static EngineThreads forService(String prefix) {
        return new EngineThreads(prefix, () -> {});
    }

    @Override
    public Thread newThread(Runnable task) {
        Runnable all = () -> {
            first.run();
            task.run();
        };
        Thread thread = new Thread(null, all, prefix + next.getAndIncrement(), STACK_BYTES, false);
        thread.setDaemon(true);
        thread.setContextClassLoader(Thread.currentThread().getContextClassLoader()); // not passed on by later JDKs
        return thread;
    }
}
