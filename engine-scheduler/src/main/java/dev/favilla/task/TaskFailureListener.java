package dev.favilla.task;

/** Told what made an attempt fail, before the completion listeners are. Runs in the attempt's slot. */
@FunctionalInterface
public interface TaskFailureListener {

    void onTaskFailure(TaskContext context, Throwable error) throws Exception;
}
