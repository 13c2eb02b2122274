package dev.favilla.lineage;

import dev.favilla.memory.TaskKilledException;
import dev.favilla.shuffle.FetchFailedException;
import org.jspecify.annotations.Nullable;

/** Says which operation and record an exception of user code belongs to. */
public final class UserCode {

    private UserCode() {}

    /**
     * Returns what to throw instead of {@code error}: itself if it already says where it comes from or is not the
     * user's, else a {@link UserCodeException} around it.
     */
    public static RuntimeException failure(LineageNode node, @Nullable Object record, Throwable error) {
        return passesThrough(error)
                ? (RuntimeException) error
                : new UserCodeException(node, UserCodeException.preview(record), error);
    }

    /** The same where a whole partition was in hand. */
    public static RuntimeException failure(LineageNode node, Throwable error) {
        return passesThrough(error)
                ? (RuntimeException) error
                : new UserCodeException(node, "(a whole partition)", error);
    }

    /** The same where no dataset is known, with what was in hand in words. */
    public static RuntimeException failure(String operation, String record, Throwable error) {
        return passesThrough(error) ? (RuntimeException) error : new UserCodeException(operation, record, error);
    }

    private static boolean passesThrough(Throwable error) {
        if (error instanceof VirtualMachineError fatal) {
            throw fatal; // nothing can be promised after it, least of all another allocation
        }
        return error instanceof UserCodeException
                || error instanceof TaskKilledException
                || error instanceof FetchFailedException;
    }
}
