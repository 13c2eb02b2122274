package dev.favilla.rdd.pipe;

import dev.favilla.lineage.DatasetPartition;
import dev.favilla.lineage.Operator;
import dev.favilla.lineage.TaskInputs;
import java.nio.charset.Charset;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A whole partition goes as lines into a process, and the lines that it prints come out.
 *
 * @param command the program and its arguments, for no shell
 * @param environment variables that the process has besides those of this JVM
 * @param charset the name of how lines are written and read: a {@link Charset} cannot travel to other executors
 * @param maxLineBytes the longest line that may come out
 */
public record PipeOperator(List<String> command, Map<String, String> environment, String charset, int maxLineBytes)
        implements Operator.Pull {

    public PipeOperator {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
    }

    @Override
    public String name() {
        return "pipe";
    }

    /** What the process does beside its output, nobody knows. */
    @Override
    public boolean isRepeatable() {
        return false;
    }

    @Override
    public boolean mayReuse() {
        return false;
    }

    @Override
    public Iterator<String> over(DatasetPartition result, Iterator<@Nullable Object> upstream, TaskInputs inputs) {
        Charset lines = Charset.forName(charset);
        PipeFailures failures = new PipeFailures(result.dataset().callSite(), this, inputs.scope());
        ChildProcess child = ChildProcess.start(this, inputs.scope(), failures);
        return new OutputLines(child, new InputLines(result.dataset(), upstream, lines), this, failures);
    }
}
