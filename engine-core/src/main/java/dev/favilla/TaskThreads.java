package dev.favilla;

import dev.favilla.attempt.TaskScope;
import dev.favilla.value.DriverOnlySearch;
import java.util.concurrent.ForkJoinWorkerThread;
import org.jspecify.annotations.Nullable;

/**
 * Knows which threads run tasks, and must therefore never wait for one: those of task slots, of whichever context, and
 * those that a task has started and that it may wait for.
 *
 * <p><b>Threads.</b> May be asked on any thread, about that thread.
 */
final class TaskThreads {

    /**
     * The slot that this thread is, or the attempt that has started it. Inherited, because an attempt that waits for a
     * thread of its own waits for what that thread waits for.
     */
    private static final InheritableThreadLocal<@Nullable Work> WORK = new InheritableThreadLocal<>() {
        @Override
        protected @Nullable Work childValue(@Nullable Work starter) {
            return starter == null ? null : starter.passedOn();
        }
    };

    private TaskThreads() {}

    /** Makes this thread, from now on, that of a task slot. */
    static void beginSlot() {
        WORK.set(new Work(Thread.currentThread(), null));
    }

    /**
     * Has this thread, and the threads started here, run the attempt of {@code scope} until the attempt ends. A thread that
     * is no task slot, such as one of Spark's, is one meanwhile.
     */
    static void enter(TaskScope scope) {
        Work before = WORK.get();
        if (before != null && before.slot == Thread.currentThread()) {
            before.attempt = scope;
            scope.onClose(before);
            return;
        }
        Work work = new Work(Thread.currentThread(), scope);
        WORK.set(work);
        scope.onClose(() -> {
            work.run();
            WORK.set(before);
        });
    }

    /**
     * Refuses what makes or runs something where a task would have to wait for it.
     *
     * @throws IllegalStateException if this thread runs a task, or was started by one that still runs
     */
    static void requireNone() {
        Work work = WORK.get();
        if (work == null) {
            return;
        }
        Thread thread = Thread.currentThread();
        TaskScope attempt = work.attempt;
        if (work.slot == thread) {
            throw refusal("inside " + (attempt == null ? "the task slot " + thread.getName() : attempt.owner()));
        }
        // Workers of fork-join pools serve anybody, whoever had them started.
        if (attempt != null && !(thread instanceof ForkJoinWorkerThread)) {
            throw refusal("on the thread '" + thread.getName() + "', which was started by " + attempt.owner()
                    + " while that still runs");
        }
    }

    private static IllegalStateException refusal(String where) {
        CallSites.Entered entered = CallSites.entered();
        Class<?> used = RDDActions.class.isAssignableFrom(entered.type()) ? RDD.class : EngineContext.class;
        return new IllegalStateException(
                entered.callSite() + " was called " + where + ". " + DriverOnlySearch.whyNotInTasks(used));
    }

    /** What a slot does, or what it did when a thread was started there. */
    private static final class Work implements Runnable {

        private final Thread slot;

        /**
         * Null once it is over: threads that were started there may live longer, and are to keep nothing of it. Written by
         * the slot's thread, read by those others.
         */
        private volatile @Nullable TaskScope attempt;

        /** What threads have that the attempt has started; null before the first. Owned by the slot's thread. */
        private @Nullable Work started;

        Work(Thread slot, @Nullable TaskScope attempt) {
            this.slot = slot;
            this.attempt = attempt;
        }

        /** Returns what a thread gets that is started on this one: the slot goes on to other attempts, it does not. */
        @Nullable
        Work passedOn() {
            if (slot != Thread.currentThread()) {
                return this;
            }
            if (started == null && attempt != null) {
                started = new Work(slot, attempt);
            }
            return started;
        }

        /** The attempt is over. */
        @Override
        public void run() {
            attempt = null;
            if (started != null) {
                started.attempt = null;
                started = null;
            }
        }
    }
}
