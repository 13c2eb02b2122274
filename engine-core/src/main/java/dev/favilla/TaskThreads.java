package dev.favilla;

import dev.favilla.memory.TaskScope;
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
     * The attempt that runs on this thread, or has started it. Inherited, because an attempt that waits for a thread of
     * its own waits for what that thread waits for.
     */
    private static final InheritableThreadLocal<@Nullable Work> WORK = new InheritableThreadLocal<>();

    private TaskThreads() {}

    /** Has this thread, and those it starts, run the attempt of {@code scope} until the attempt ends. */
    static void enter(TaskScope scope) {
        Work work = new Work(scope.owner());
        WORK.set(work);
        scope.onClose(() -> {
            work.over = true;
            WORK.remove();
        });
    }

    /**
     * Refuses what makes or runs something where a task would have to wait for it.
     *
     * @throws IllegalStateException if this thread runs a task, or was started by one that still runs
     */
    static void requireNone() {
        Thread thread = Thread.currentThread();
        Work work = WORK.get();
        if (thread instanceof SlotThread) {
            throw refusal("inside " + (work == null ? "the task slot " + thread.getName() : work.task));
        }
        // Workers of fork-join pools serve anybody, whoever had them started.
        if (work != null && !work.over && !(thread instanceof ForkJoinWorkerThread)) {
            throw refusal("on the thread '" + thread.getName() + "', which was started by " + work.task
                    + " while that still runs");
        }
    }

    private static IllegalStateException refusal(String where) {
        CallSites.Entered entered = CallSites.entered();
        String why = RDD.class.isAssignableFrom(entered.type()) ? RDD.WHY_NOT_IN_TASKS : EngineContext.WHY_NOT_IN_TASKS;
        return new IllegalStateException(entered.callSite() + " was called " + where + ". " + why);
    }

    /** The thread of a task slot. Nothing else runs on it, before, between and after its tasks. */
    static final class SlotThread extends Thread {

        SlotThread(Runnable slot, String name, long stackBytes) {
            super(null, slot, name, stackBytes, false);
        }
    }

    private static final class Work {

        private final String task;

        /** Written by the slot's thread, read by those that were started there. */
        private volatile boolean over;

        Work(String task) {
            this.task = task;
        }
    }
}
