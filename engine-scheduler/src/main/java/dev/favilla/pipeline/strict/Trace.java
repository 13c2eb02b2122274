package dev.favilla.pipeline.strict;

import dev.favilla.attempt.TaskScope;
import dev.favilla.digest.ContentDigest;
import dev.favilla.lineage.DatasetPartition;
import dev.favilla.serializer.Serializer;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The digests of the first records that each operator of an attempt has made, until one has made more than
 * {@value #MOST_RECORDS}. A second run has a trace of its own beside the first, and ends there.
 */
final class Trace {

    static final int MOST_RECORDS = 256;

    private final TaskScope scope;
    private final ContentDigest digest;
    private final @Nullable Trace first;
    private final Map<DatasetPartition, Line> lines = new HashMap<>();
    private boolean stopped;

    /** @param first what the first run has made; null if this is the first */
    Trace(Serializer serializer, TaskScope scope, @Nullable Trace first) {
        this.scope = scope;
        this.digest = new ContentDigest(serializer, scope.attemptId());
        this.first = first;
    }

    /** Returns whether this is of a second run. */
    boolean isSecond() {
        return first != null;
    }

    /** Returns whether the second run has made as much as the first was looked at. */
    boolean isStopped() {
        return stopped;
    }

    /** Returns a line for what is made; null if that is made a second time in this run. */
    @Nullable
    Line line(DatasetPartition made) {
        Line line = new Line(made);
        return lines.putIfAbsent(made, line) == null ? line : null;
    }

    /**
     * Returns where the second run was other than the first, as near to the source as possible.
     *
     * @param ended whether the second run came to the end of its input
     * @param cached whether the first run made some records for the cache only, which the second does not
     */
    Optional<Difference> differenceFrom(Trace second, boolean ended, boolean cached) {
        return lines.values().stream()
                .sorted(Comparator.comparingInt(line -> line.made.dataset().id())) // parents have smaller ids
                .flatMap(line -> line.differenceFrom(second, ended, cached).stream())
                .findFirst();
    }

    /** What one operator has made. */
    final class Line {

        private final DatasetPartition made;
        private long[] digests = new long[16];
        private int count;

        /** Whether something came that is never the same again, so that nothing can be said from there on. */
        private boolean closed;

        private @Nullable Class<?> lastType;

        private Line(DatasetPartition made) {
            this.made = made;
        }

        void add(@Nullable Object record) {
            if (stopped) { // in a second run, user code may have caught what ended it
                endSecond();
                return;
            }
            if (closed) {
                return;
            }
            if (count == MOST_RECORDS || scope.lends()) {
                stopped = true;
                endSecond();
                return;
            }
            long content = digest.of(record);
            if (record != null && record.getClass() != lastType) {
                lastType = record.getClass();
                if (digest.of(record) != content) {
                    closed = true;
                    return;
                }
            }
            if (count == digests.length) {
                digests = Arrays.copyOf(digests, 2 * count);
            }
            digests[count++] = content;
        }

        private void endSecond() {
            if (isSecond()) {
                throw new EnoughException(scope.owner());
            }
        }

        private Optional<Difference> differenceFrom(Trace second, boolean ended, boolean cached) {
            Line other = second.lines.get(made);
            if (other == null) {
                return Optional.empty();
            }
            int common = Math.min(count, other.count);
            for (int i = 0; i < common; i++) {
                if (digests[i] != other.digests[i]) {
                    return Optional.of(new Difference(made, i));
                }
            }
            boolean hasFewer = ended && other.count < count;
            boolean hasNone = stopped && second.stopped && other.count == 0 && count > 0;
            return !other.closed && !cached && (hasFewer || hasNone)
                    ? Optional.of(new Difference(made, other.count))
                    : Optional.empty();
        }
    }

    /**
     * Where two runs differ.
     *
     * @param made what was made
     * @param record which of its records was another or missing, from 0
     */
    record Difference(DatasetPartition made, int record) {}

    /** Ends a second run. */
    static final class EnoughException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        EnoughException(String owner) {
            super(owner + " has made enough in its second run", null, false, false);
        }
    }
}
