package dev.favilla;

import dev.favilla.attempt.Metric;
import dev.favilla.attempt.TaskMetrics;
import dev.favilla.attempt.TaskScope;
import dev.favilla.closure.Closure;
import dev.favilla.io.Sink;
import dev.favilla.io.SinkWriter;
import dev.favilla.lineage.Action;
import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.Cursor;
import dev.favilla.lineage.UserCode;
import dev.favilla.lineage.UserCodeException;
import dev.favilla.task.CommitDeniedException;
import dev.favilla.task.TaskContext;
import dev.favilla.text.FileOutput;
import dev.favilla.text.OutputException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes each partition through a writer of a sink, and commits it if the attempt may. The receipts are the result; the
 * caller commits the job with them.
 */
final class SinkAction implements Action {

    private static final long serialVersionUID = 1L;

    private final Closure<Sink<Object>> sink;
    private final CallSite callSite;

    SinkAction(Closure<Sink<Object>> sink, CallSite callSite) {
        this.sink = sink;
        this.callSite = callSite;
    }

    @Override
    public String name() {
        return callSite.operation();
    }

    @Override
    public String run(Cursor input, TaskScope scope) throws Exception {
        TaskContext task = TaskContext.get();
        if (task == null) {
            throw new IllegalStateException(scope.owner() + " writes outside of a task: a bug in Favilla");
        }
        WriterSink writer = open(task, scope);
        input.drain(writer);
        writer.end();
        if (!task.mayCommit()) {
            throw new CommitDeniedException(task);
        }
        String receipt = writer.commit();
        TaskMetrics metrics = scope.metrics();
        metrics.add(Metric.RECORDS_WRITTEN, writer.records);
        metrics.add(Metric.BYTES_WRITTEN, writer.bytesWritten());
        return receipt;
    }

    /** Has the attempt abort what it has not committed when it ends, after those who listen to its failure were told. */
    private WriterSink open(TaskContext task, TaskScope scope) {
        try {
            Sink<Object> own = sink.forTask(scope);
            SinkWriter<Object> writer =
                    own instanceof FileOutput files ? files.open(scope) : own.open(task.partition(), task.attemptId());
            WriterSink open = new WriterSink(callSite, writer);
            scope.onClose(open::abort);
            return open;
        } catch (Throwable t) { // whatever the user's code throws is reported as the user's
            throw failure(callSite, "(opening a writer)", t);
        }
    }

    /** What our own sinks say needs no further words. */
    private static RuntimeException failure(CallSite site, String record, Throwable error) {
        return error instanceof OutputException ours ? ours : UserCode.failure(site.toString(), record, error);
    }

    @Override
    public List<String> merge(List<@Nullable Object> staged) {
        List<String> receipts = new ArrayList<>(staged.size());
        staged.forEach(receipt -> receipts.add((String) receipt));
        return receipts;
    }

    /** One writer, and how far it has come. */
    private static final class WriterSink extends dev.favilla.lineage.Sink {

        private final CallSite callSite;
        private final SinkWriter<Object> writer;
        private long records;
        private boolean committed;

        WriterSink(CallSite callSite, SinkWriter<Object> writer) {
            this.callSite = callSite;
            this.writer = writer;
        }

        @Override
        @SuppressWarnings("NullAway") // a record may be null if its type says so
        public boolean push(@Nullable Object record) {
            try {
                writer.write(record);
            } catch (Throwable t) { // whatever the user's code throws is reported as the user's
                throw failure(callSite, UserCodeException.preview(record), t);
            }
            records++;
            return true;
        }

        String commit() {
            try {
                String receipt = writer.commit();
                if (receipt == null) {
                    throw new NullPointerException(
                            "commit of " + writer.getClass().getName() + " returned null");
                }
                committed = true;
                return receipt;
            } catch (Throwable t) { // whatever the user's code throws is reported as the user's
                throw failure(callSite, "(committing, after " + records + ")", t);
            }
        }

        long bytesWritten() {
            try {
                return writer.bytesWritten();
            } catch (Throwable t) { // whatever the user's code throws is reported as the user's
                throw failure(callSite, "(committed, after " + records + ")", t);
            }
        }

        void abort() {
            if (committed) {
                return;
            }
            try {
                writer.abort();
            } catch (Throwable t) { // whatever the user's code throws is reported as the user's
                throw failure(callSite, "(aborting, after " + records + ")", t);
            }
        }
    }
}
