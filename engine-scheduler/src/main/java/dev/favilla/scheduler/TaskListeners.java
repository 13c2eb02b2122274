package dev.favilla.scheduler;

import dev.favilla.lineage.UserCodeException;
import dev.favilla.task.TaskCompletionListener;
import dev.favilla.task.TaskContext;
import dev.favilla.task.TaskFailureListener;
import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Who is told of one attempt's end: those added last first, failure listeners before completion listeners, each once.
 *
 * <p><b>Threads.</b> Listeners may be added from any thread, also by listeners, and are called without a lock, never two
 * at once: a thread that calls them also calls those that others add meanwhile. One added to an ended attempt is called
 * at once by the thread that adds it, unless another is calling just then.
 *
 * <p><b>Failures.</b> What a listener throws stops no other. It is suppressed into the attempt's own error; after a
 * success it is the attempt's error, and failure listeners are told, too.
 */
final class TaskListeners {

    /** Null until somebody listens, which few attempts have; made under this object's lock. */
    private volatile @Nullable Deque<TaskCompletionListener> onCompletion;

    private volatile @Nullable Deque<TaskFailureListener> onFailure;

    /** The thread that calls listeners, if one does. */
    private final AtomicReference<@Nullable Thread> caller = new AtomicReference<>();

    /** What the attempt failed with first; written by the calling thread only. */
    private volatile @Nullable Throwable error;

    private volatile boolean completed;

    boolean isCompleted() {
        return completed;
    }

    boolean isFailed() {
        return error != null;
    }

    void add(TaskContext context, TaskCompletionListener listener) {
        synchronized (this) {
            onCompletion = with(onCompletion, listener);
        }
        callDue(context);
    }

    void add(TaskContext context, TaskFailureListener listener) {
        synchronized (this) {
            onFailure = with(onFailure, listener);
        }
        callDue(context);
    }

    /**
     * Tells everybody that the attempt's work is over. Called once, by the attempt's thread.
     *
     * @param thrown what the work threw; null if it went well
     * @return what the attempt has failed with; null if it went well with the listeners, too
     */
    @Nullable
    Throwable end(TaskContext context, @Nullable Throwable thrown) {
        caller.set(Thread.currentThread()); // nothing is due yet, so nobody else calls
        try {
            if (thrown != null) {
                fail(thrown);
                callAll(context);
            }
            completed = true;
            callAll(context);
        } finally {
            caller.set(null);
        }
        Throwable failure = error;
        callDue(context); // what others have added since the last look
        return failure;
    }

    private void callDue(TaskContext context) {
        if (caller.get() == Thread.currentThread()) {
            callAll(context); // a listener has added another
            return;
        }
        while (isDue() && caller.compareAndSet(null, Thread.currentThread())) {
            try {
                callAll(context);
            } finally {
                caller.set(null);
            }
        }
    }

    private boolean isDue() {
        return (isFailed() && first(onFailure) != null) || (completed && first(onCompletion) != null);
    }

    private static <L> Deque<L> with(@Nullable Deque<L> listeners, L added) {
        Deque<L> all = listeners == null ? new ConcurrentLinkedDeque<>() : listeners;
        all.push(added);
        return all;
    }

    private static <L> @Nullable L first(@Nullable Deque<L> listeners) {
        return listeners == null ? null : listeners.peek();
    }

    private static <L> @Nullable L poll(@Nullable Deque<L> listeners) {
        return listeners == null ? null : listeners.poll();
    }

    private void callAll(TaskContext context) {
        while (true) {
            Throwable failure = error;
            TaskFailureListener failed = failure == null ? null : poll(onFailure);
            if (failure != null && failed != null) {
                call(() -> failed.onTaskFailure(context, failure));
                continue;
            }
            TaskCompletionListener ended = completed ? poll(onCompletion) : null;
            if (ended == null) {
                return;
            }
            call(() -> ended.onTaskCompletion(context));
        }
    }

    private void call(Call listener) {
        try {
            listener.run();
        } catch (Throwable t) { // user code; the other listeners are to be told, too
            fail(t);
        }
    }

    private void fail(Throwable thrown) {
        Throwable first = error;
        if (first == null) {
            error = thrown instanceof UserCodeException wrapper && wrapper.getCause() != null
                    ? wrapper.getCause()
                    : thrown;
        } else if (first != thrown) {
            first.addSuppressed(thrown);
        }
    }

    private interface Call {

        void run() throws Exception;
    }
}
