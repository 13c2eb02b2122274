package dev.favilla.spark;

import dev.favilla.lineage.StackText;
import dev.favilla.lineage.UserCodeException;
import dev.favilla.task.TaskError;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.Writer;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.TaskKilledException;
import org.apache.spark.shuffle.FetchFailedException;

/**
 * A task has failed, on its way to the driver: what was thrown is the cause, as the exception if it can be written, else in
 * words.
 */
final class RemoteTaskException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private static final int MAX_CAUSES = 64;

    private final int stage;
    private final int partition;
    private final int attempt;
    private final String executor;

    private RemoteTaskException(Throwable thrown, TaskContext context) {
        super(TaskError.of(thrown).text(), thrown);
        this.stage = context.stageId();
        this.partition = context.partitionId();
        this.attempt = context.attemptNumber();
        this.executor = SparkEnv.get().executorId();
    }

    /** Returns what to throw: what Spark knows how to handle as it is, and anything else in one of these. */
    static RuntimeException of(Throwable thrown, TaskContext context) {
        Throwable cause = thrown;
        for (int i = 0; i < MAX_CAUSES && cause != null; i++) {
            if (cause instanceof FetchFailedException || cause instanceof TaskKilledException) {
                return RemoteTaskException.<RuntimeException>unchecked(cause);
            }
            if (cause instanceof RemoteTaskException told) {
                return told;
            }
            cause = cause.getCause();
        }
        if (thrown instanceof InterruptedException || context.isInterrupted()) {
            context.killTaskIfInterrupted();
        }
        return new RemoteTaskException(canTravel(thrown) ? thrown : inWords(thrown), context);
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // what is thrown stays as it is
    private static <E extends Throwable> E unchecked(Throwable thrown) throws E {
        throw (E) thrown;
    }

    /** Spark prints it as well, where what it throws then would end the executor's thread. */
    private static boolean canTravel(Throwable thrown) {
        try (ObjectOutputStream out = new ObjectOutputStream(OutputStream.nullOutputStream())) {
            out.writeObject(thrown);
            thrown.printStackTrace(new PrintWriter(Writer.nullWriter()));
            return true;
        } catch (IOException | RuntimeException | Error e) { // the user's writeObject and getMessage may throw anything
            return false;
        }
    }

    private static Throwable inWords(Throwable thrown) {
        if (thrown instanceof UserCodeException user && user.getCause() != null) {
            return new UserCodeException(user.operation(), user.record(), words(user.getCause()));
        }
        return words(thrown);
    }

    private static IllegalStateException words(Throwable thrown) {
        return new IllegalStateException("A " + thrown.getClass().getName()
                + ", which could not be brought to the driver as an object; in words: " + StackText.of(thrown));
    }

    /** Returns the number of Spark's stage. */
    int stage() {
        return stage;
    }

    int partition() {
        return partition;
    }

    /** Returns how many attempts came before. */
    int attempt() {
        return attempt;
    }

    String executor() {
        return executor;
    }
}
