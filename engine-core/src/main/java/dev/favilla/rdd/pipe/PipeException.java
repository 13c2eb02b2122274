package dev.favilla.rdd.pipe;

import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** A command that records were sent through could not be started, or has failed. */
public final class PipeException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final List<String> command;
    private final @Nullable Integer exitCode;
    private final String errorOutput;

    PipeException(
            List<String> command,
            @Nullable Integer exitCode,
            String errorOutput,
            String message,
            @Nullable Throwable cause) {
        super(message, cause);
        this.command = command;
        this.exitCode = exitCode;
        this.errorOutput = errorOutput;
    }

    /** Returns the command and its arguments. */
    public List<String> command() {
        return command;
    }

    /** Returns what the process has ended with; empty if it was never started, or was not waited for. */
    public OptionalInt exitCode() {
        return exitCode == null ? OptionalInt.empty() : OptionalInt.of(exitCode);
    }

    /** Returns the last of what the process has printed to its standard error, at most a few thousand characters. */
    public String errorOutput() {
        return errorOutput;
    }
}
