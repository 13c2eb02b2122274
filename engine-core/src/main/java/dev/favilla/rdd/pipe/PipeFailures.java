package dev.favilla.rdd.pipe;

import dev.favilla.attempt.TaskScope;
import dev.favilla.lineage.CallSite;
import dev.favilla.memory.Bytes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Says what went wrong with the process of one attempt. */
final class PipeFailures {

    private static final int LONGEST_COMMAND = 400;

    private final CallSite site;
    private final List<String> command;
    private final int maxLineBytes;
    private final TaskScope scope;

    PipeFailures(CallSite site, PipeOperator operator, TaskScope scope) {
        this.site = site;
        this.command = operator.command();
        this.maxLineBytes = operator.maxLineBytes();
        this.scope = scope;
    }

    PipeException notStarted(Exception cause) {
        return failure(
                null,
                "",
                "could not be started: " + cause.getMessage()
                        + ". Is the program installed, and found without a shell?",
                cause);
    }

    PipeException exited(int code, String errorOutput) {
        String said = errorOutput.isBlank()
                ? " It printed nothing to its standard error."
                : " The last of its standard error: " + errorOutput.strip();
        return failure(code, errorOutput, "exited with " + code + "." + said, null);
    }

    PipeException tooLong() {
        return failure(
                null,
                "",
                "printed a line longer than " + Bytes.format(maxLineBytes)
                        + ", the largest record allowed. If it is meant to, raise favilla.input.maxRecordSize.",
                null);
    }

    PipeException broken(Throwable cause) {
        return failure(null, "", "could not be spoken to: " + cause, cause);
    }

    /** An interrupt that nobody explains; one of a killed attempt ends it as killed. */
    RuntimeException interrupted(InterruptedException cause) {
        scope.checkKilled();
        Thread.currentThread().interrupt();
        return failure(null, "", "was not waited for any longer: its thread was interrupted.", cause);
    }

    private PipeException failure(
            @Nullable Integer exitCode, String errorOutput, String what, @Nullable Throwable cause) {
        String words = command.toString();
        String shown = words.length() <= LONGEST_COMMAND ? words : words.substring(0, LONGEST_COMMAND) + "...]";
        return new PipeException(
                command,
                exitCode,
                errorOutput,
                "The command " + shown + " of " + site + " in " + scope.owner() + " " + what,
                cause);
    }
}
