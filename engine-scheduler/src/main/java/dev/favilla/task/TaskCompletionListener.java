package dev.favilla.task;

/** Told that an attempt has ended, well or not. Runs in the attempt's slot, before what it holds is given back. */
@FunctionalInterface
public interface TaskCompletionListener {

    void onTaskCompletion(TaskContext context) throws Exception;
}
