package dev.favilla.spill;

import dev.favilla.memory.Bytes;
import dev.favilla.serializer.SerializationException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The values of one key that lie in a run of their own. Each iterator reads them from its beginning; several may be open at
 * once.
 *
 * <p>Written anywhere it is a plain list: a copy that leaves the attempt must not point to what goes with it.
 *
 * <p><b>Threads.</b> Belongs to its attempt.
 *
 * <p><b>Failures.</b> Read after its attempt has ended it is an {@link IllegalStateException}; what does not fit into one
 * list is a {@link SerializationException} when it is written.
 */
final class LargeGroup implements Iterable<@Nullable Object>, Serializable {

    private static final long serialVersionUID = 1L;

    private final transient LargeGroups groups;
    private final transient Run run;
    private final transient long estimatedBytes;

    private LargeGroup(LargeGroups groups, Run run, long estimatedBytes) {
        this.groups = groups;
        this.run = run;
        this.estimatedBytes = estimatedBytes;
    }

    @Override
    public Iterator<@Nullable Object> iterator() {
        groups.requireOpen();
        return new Values(groups, run);
    }

    /** Is a list wherever it goes. */
    private Object writeReplace() {
        return toList();
    }

    /** Returns the values as a list of the caller's own. */
    List<@Nullable Object> toList() {
        groups.requireOpen();
        if (run.records() > Integer.MAX_VALUE - 8 || !LargeGroups.fitInAList(estimatedBytes)) {
            throw new SerializationException(
                    "Cannot copy the " + run.records() + " values of one key into a list: they take about "
                            + Bytes.format(estimatedBytes) + " and lie on local disk, and a list may take "
                            + Bytes.format(LargeGroups.largestList())
                            + ", a quarter of the heap. Iterate over them in the operation behind groupByKey, use"
                            + " reduceByKey or aggregateByKey, or raise -Xmx.",
                    null);
        }
        ArrayList<@Nullable Object> all = new ArrayList<>((int) run.records());
        forEach(all::add);
        return all;
    }

    /** Equal to what has the same values in the same order, since the copy of a record must be equal to it. */
    @Override
    public boolean equals(@Nullable Object other) {
        if (this == other) {
            return true;
        }
        if (!(other instanceof List<?>) && !(other instanceof LargeGroup)) {
            return false;
        }
        Iterator<?> theirs = ((Iterable<?>) other).iterator();
        for (Object value : this) {
            if (!theirs.hasNext() || !Objects.equals(value, theirs.next())) {
                return false;
            }
        }
        return !theirs.hasNext();
    }

    /** As of a list. */
    @Override
    public int hashCode() {
        int hash = 1;
        for (Object value : this) {
            hash = 31 * hash + Objects.hashCode(value);
        }
        return hash;
    }

    @Override
    public String toString() {
        return run.records() + " values on local disk";
    }

    /** Reads the values once. */
    private static final class Values implements Iterator<@Nullable Object> {

        private final LargeGroups groups;
        private final RunReader reader;

        Values(LargeGroups groups, Run run) {
            this.groups = groups;
            this.reader = run.open();
        }

        @Override
        public boolean hasNext() {
            groups.requireOpen();
            return reader.hasNext();
        }

        @Override
        public @Nullable Object next() {
            if (!hasNext()) {
                throw new NoSuchElementException("All values of this key were handed out");
            }
            return reader.next();
        }
    }

    /** A group that still grows. */
    static final class Writer {

        private final LargeGroups groups;
        private final RunWriter run;

        Writer(LargeGroups groups, RunWriter run) {
            this.groups = groups;
            this.run = run;
        }

        void add(@Nullable Object value) {
            groups.write(run, value);
        }

        /** @param bytesPerValue about what one takes in memory */
        LargeGroup finish(long bytesPerValue) {
            long bytes = run.records() * bytesPerValue;
            return new LargeGroup(groups, run.finish(), bytes);
        }
    }
}
