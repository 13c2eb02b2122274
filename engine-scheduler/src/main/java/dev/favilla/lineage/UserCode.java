package dev.favilla.lineage;

import dev.favilla.memory.TaskKilledException;
import dev.favilla.shuffle.FetchFailedException;
import java.util.function.Supplier;
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
                : located(error, () -> new UserCodeException(node, preview(record, error), error));
    }

    /** The same where a whole partition was in hand. */
    public static RuntimeException failure(LineageNode node, Throwable error) {
        return passesThrough(error)
                ? (RuntimeException) error
                : located(error, () -> new UserCodeException(node, "(a whole partition)", error));
    }

    /** The same where no dataset is known, with what was in hand in words. */
    public static RuntimeException failure(String operation, String record, Throwable error) {
        return passesThrough(error)
                ? (RuntimeException) error
                : located(error, () -> new UserCodeException(operation, record, error));
    }

    private static boolean passesThrough(Throwable error) {
        return error instanceof UserCodeException
                || error instanceof TaskKilledException
                || error instanceof FetchFailedException;
    }

    /** A record may be of any size: where memory has run out, its text is not asked for. */
    private static String preview(@Nullable Object record, Throwable error) {
        return record != null && error instanceof OutOfMemoryError
                ? "(a " + record.getClass().getName() + ")"
                : UserCodeException.preview(record);
    }

    /** Where nothing is left even for the words, {@code error} itself is what there is to say. */
    private static RuntimeException located(Throwable error, Supplier<UserCodeException> words) {
        try {
            return words.get();
        } catch (VirtualMachineError e) {
            throw error instanceof VirtualMachineError first ? first : e;
        }
    }
}
