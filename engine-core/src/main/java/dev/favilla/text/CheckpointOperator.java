package dev.favilla.text;

import dev.favilla.attempt.Metric;
import dev.favilla.attempt.TaskMetrics;
import dev.favilla.attempt.TaskScope;
import dev.favilla.lineage.DatasetPartition;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.Operator;
import dev.favilla.lineage.Sink;
import dev.favilla.lineage.TaskInputs;
import dev.favilla.lineage.UserCode;
import dev.favilla.lineage.UserCodeException;
import dev.favilla.serializer.RecordCopier;
import org.jspecify.annotations.Nullable;

/**
 * Writes records to an object file of the attempt's own and makes one {@link CheckpointFiles.Written} of them.
 *
 * @param output where files go
 * @param site the user's call, for errors
 */
record CheckpointOperator(FileOutput output, String site) implements Operator.Push {

    @Override
    public String name() {
        return "checkpoint";
    }

    @Override
    public boolean isRepeatable() {
        return false;
    }

    @Override
    public Sink over(DatasetPartition result, Sink downstream, TaskInputs inputs) {
        LineageNode written = result.dataset().dependencies().get(0).parent();
        long inputVersion = inputs.inputVersion(written, result.number());
        Writing writing = new Writing(site, inputs.scope(), output, downstream, inputVersion);
        inputs.scope().onClose(writing::close);
        return writing;
    }

    private static final class Writing extends Sink {

        private final String site;
        private final TaskMetrics metrics;
        private final Sink downstream;
        private final long inputVersion;
        private final ObjectPartFormat.Noting format;
        private final FileOutput.PartWriter writer;
        private long records;
        private boolean committed;

        Writing(String site, TaskScope scope, FileOutput output, Sink downstream, long inputVersion) {
            this.site = site;
            this.metrics = scope.metrics();
            this.downstream = downstream;
            this.inputVersion = inputVersion;
            this.format = new ObjectPartFormat.Noting(RecordCopier.of(scope).serializer());
            this.writer = output.open(scope, format);
        }

        @Override
        @SuppressWarnings("NullAway") // a record may be null if its type says so
        public boolean push(@Nullable Object record) {
            try {
                writer.write(record);
            } catch (OutputException e) {
                throw e;
            } catch (RuntimeException | Error e) {
                throw UserCode.failure(site, UserCodeException.preview(record), e);
            }
            records++;
            return true;
        }

        @Override
        public void end() throws Exception {
            String file = commit();
            metrics.add(Metric.RECORDS_WRITTEN, records);
            metrics.add(Metric.BYTES_WRITTEN, writer.bytesWritten());
            downstream.push(new CheckpointFiles.Written(file, inputVersion, format.classes()));
            downstream.end();
        }

        private String commit() {
            try {
                String file = writer.commit();
                committed = true;
                return file;
            } catch (OutputException e) {
                throw e;
            } catch (RuntimeException | Error e) {
                throw UserCode.failure(site, "(committing, after " + records + ")", e);
            }
        }

        void close() {
            if (!committed) {
                writer.abort();
            }
        }
    }
}
