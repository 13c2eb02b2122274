package dev.favilla.rdd;

import dev.favilla.attempt.Metric;
import dev.favilla.attempt.TaskMetrics;
import dev.favilla.attempt.TaskScope;
import dev.favilla.closure.Closure;
import dev.favilla.io.Source;
import dev.favilla.io.SourceReader;
import dev.favilla.io.Split;
import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.Cursor;
import dev.favilla.lineage.Sink;
import dev.favilla.lineage.TaskInputs;
import dev.favilla.lineage.UserCode;
import dev.favilla.lineage.UserCodeException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * What a source of the user's gives. Listed the first time the partitions are asked for; the splits then stay, each as it
 * was, and a copy in another executor brings them along.
 */
public final class SourceNode extends Node implements dev.favilla.lineage.Source {

    private final Closure<Source<?>> source;
    private final int minSplits;

    /** Of several threads that list at once, the first decides. */
    private final AtomicReference<@Nullable List<Part>> parts = new AtomicReference<>();

    public SourceNode(int id, CallSite callSite, Closure<Source<?>> source, int minSplits) {
        super(id, "SourceRDD", callSite);
        this.source = source;
        this.minSplits = minSplits;
    }

    /** Returns the source as it was passed. */
    public Closure<Source<?>> source() {
        return source;
    }

    /** Returns the least number of splits that was asked for. */
    public int minSplits() {
        return minSplits;
    }

    @Override
    protected int countPartitions() {
        return parts().size();
    }

    /** Tells nothing before the partitions are counted: this never runs user code. */
    @Override
    public List<String> preferredExecutors(int partition) {
        List<Part> known = parts.get();
        return known == null ? List.of() : known.get(partition).preferred();
    }

    @Override
    public boolean mayReuse() {
        return true;
    }

    @Override
    public Cursor open(int partition, TaskInputs inputs) {
        TaskScope scope = inputs.scope();
        Split split = parts().get(partition).split().forTask(scope);
        try {
            SourceReader<?> reader = source.forTask(scope).open(split);
            if (reader == null) {
                throw new NullPointerException("open returned null for " + UserCodeException.preview(split));
            }
            return new SourceCursor(this, reader, scope.metrics());
        } catch (Throwable t) { // whatever the user's code throws is reported as the user's
            throw UserCode.failure(toString(), "(before the first of " + UserCodeException.preview(split) + ")", t);
        }
    }

    private List<Part> parts() {
        List<Part> known = parts.get();
        if (known != null) {
            return known;
        }
        List<Part> listed = list();
        List<Part> before = parts.compareAndExchange(null, listed);
        return before == null ? listed : before;
    }

    private List<Part> list() {
        List<Part> listed = new ArrayList<>();
        try {
            for (Split split : source.function().splits(minSplits)) {
                listed.add(new Part(
                        Closure.capture(split, callSite().toString()), List.copyOf(split.preferredExecutors())));
            }
        } catch (Throwable t) { // whatever the user's code throws is reported as the user's
            throw UserCode.failure(toString(), "(listing its splits)", t);
        }
        return List.copyOf(listed);
    }

    /**
     * A split, as it was listed.
     *
     * @param split for attempts
     * @param preferred the executors where it is best read
     */
    private record Part(Closure<Split> split, List<String> preferred) implements Serializable {}

    private static final class SourceCursor implements Cursor {

        private final SourceNode node;
        private final SourceReader<?> reader;
        private final TaskMetrics metrics;
        private long records;
        private long bytes;
        private boolean atEnd;
        private boolean closed;

        SourceCursor(SourceNode node, SourceReader<?> reader, TaskMetrics metrics) {
            this.node = node;
            this.reader = reader;
            this.metrics = metrics;
        }

        @Override
        public boolean drive(Sink sink, int max) throws Exception {
            long before = records;
            boolean wanted = true;
            while (wanted && records - before < max && advance()) {
                records++;
                wanted = sink.push(record());
            }
            metrics.add(Metric.RECORDS_READ, records - before);
            long now = bytes();
            metrics.add(Metric.BYTES_READ, now - bytes);
            bytes = now;
            return wanted && !atEnd;
        }

        private boolean advance() {
            try {
                atEnd = atEnd || !reader.advance();
                return !atEnd;
            } catch (Throwable t) { // whatever the user's code throws is reported as the user's
                throw failure(t);
            }
        }

        private @Nullable Object record() {
            try {
                return reader.record();
            } catch (Throwable t) { // whatever the user's code throws is reported as the user's
                throw failure(t);
            }
        }

        private long bytes() {
            try {
                return reader.bytesRead();
            } catch (Throwable t) { // whatever the user's code throws is reported as the user's
                throw failure(t);
            }
        }

        private RuntimeException failure(Throwable error) {
            return UserCode.failure(node.toString(), "(reading, after " + records + ")", error);
        }

        @Override
        public void close() {
            if (closed) {
                return;
            }
            closed = true;
            try {
                reader.close();
            } catch (Throwable t) { // whatever the user's code throws is reported as the user's
                throw UserCode.failure(node.toString(), "(closing, after " + records + ")", t);
            }
        }
    }
}
