package dev.favilla.spill;

import dev.favilla.attempt.Metric;
import dev.favilla.attempt.TaskScope;
import dev.favilla.memory.Bytes;
import dev.favilla.memory.MemoryMeter;
import dev.favilla.memory.Spillable;
import dev.favilla.serializer.RecordCopier;
import dev.favilla.value.SizeEstimator;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Records in the order they came, to be read again and again. The first ones are in memory, as many as there is room for;
 * the rest is on disk and read from there each time.
 *
 * <p><b>Threads.</b> Belongs to its attempt. Records may go to disk while they are being read.
 */
public final class HeldRecords implements Spillable, AutoCloseable {

    private static final int REFERENCE_BYTES = 8; // with the spare capacity of the list

    private final TaskScope scope;
    private final @Nullable RecordCopier copier;
    private final MemoryMeter memory;
    private final LongSupplier held = this::bytes;

    private ArrayList<@Nullable Object> first = new ArrayList<>();
    private SizeEstimator.Sampler sizes = new SizeEstimator.Sampler();

    /** What follows, in order. */
    private final Deque<Segment> segments = new ArrayDeque<>();

    /** Takes what comes, once something was moved out; the last of the segments when it is finished. */
    private @Nullable RunWriter writer;

    private long writerStart;
    private long size;

    /** By how much what is in memory has grown since memory was last asked for. */
    private long grown;

    private boolean complete;
    private @Nullable Reading reading;

    /** @param copier makes what enters the attempt's own; null if it is already */
    public HeldRecords(TaskScope scope, @Nullable RecordCopier copier) {
        this.scope = scope;
        this.copier = copier;
        this.memory = new MemoryMeter(scope.memory(), this);
        scope.memory().register(this);
    }

    /** Appends a record. */
    public void add(@Nullable Object record) {
        memory.grow(grown, held);
        grown = 0;
        if (writer != null) {
            writer.write(record);
        } else {
            Object kept = copier == null ? record : copier.isolate(record);
            first.add(kept);
            grown = REFERENCE_BYTES + sizes.add(kept);
        }
        size++;
    }

    private long bytes() {
        return sizes.bytes() + (long) REFERENCE_BYTES * first.size();
    }

    /** Says that the last record has come. */
    public void complete() {
        memory.hold(held);
        complete = true;
        if (writer != null) {
            segments.addLast(new Segment(writerStart, writer.finish()));
            writer = null;
        }
    }

    /** Returns how many records there are. */
    public long size() {
        return size;
    }

    /** Begins to read all records. Ends the reading before. */
    public Iterator<@Nullable Object> iterator() {
        if (reading != null) {
            reading.close();
        }
        reading = new Reading();
        return reading;
    }

    /** Half of what is in memory goes to disk, and half of the rest, until that is enough. */
    @Override
    public long spill(long bytes) {
        if (first.isEmpty()) {
            return 0;
        }
        long before = bytes();
        double each = (double) before / first.size();
        int stay = first.size();
        do {
            stay /= 2;
        } while (stay > 0 && (first.size() - stay) * each < bytes);
        RunWriter out = RunStore.of(scope).create();
        for (int i = stay; i < first.size(); i++) {
            out.write(first.get(i));
        }
        if (complete || writer != null) {
            segments.addFirst(new Segment(stay, out.finish()));
        } else {
            writer = out;
            writerStart = stay;
        }
        keep(stay);
        memory.shrinkTo(first.isEmpty() ? 0 : bytes());
        long freed = Math.max(0, before - bytes());
        scope.metrics().add(Metric.MEMORY_BYTES_SPILLED, freed);
        return freed;
    }

    private void keep(int count) {
        first = new ArrayList<>(first.subList(0, count));
        sizes = new SizeEstimator.Sampler();
        first.forEach(sizes::add);
    }

    @Override
    public long spillableBytes() {
        return first.isEmpty() ? 0 : bytes();
    }

    @Override
    public String describe() {
        return first.size() + " records to be read again (" + Bytes.format(bytes()) + ")";
    }

    /** Drops everything, in memory and on disk; closing twice is harmless. */
    @Override
    public void close() {
        scope.memory().unregister(this);
        if (reading != null) {
            reading.close();
        }
        first = new ArrayList<>();
        if (writer != null) {
            writer.close();
        }
        segments.forEach(segment -> segment.run.delete());
        segments.clear();
        memory.close();
    }

    /** @param start the number of its first record */
    private record Segment(long start, Run run) {

        boolean has(long number) {
            return number >= start && number < start + run.records();
        }
    }

    private final class Reading implements Iterator<@Nullable Object>, AutoCloseable {

        private long next;
        private @Nullable RunReader reader;

        @Override
        public boolean hasNext() {
            return next < size;
        }

        @Override
        public @Nullable Object next() {
            if (next >= size) {
                throw new NoSuchElementException("All " + size + " records were read");
            }
            if (next < first.size()) {
                return first.get((int) next++);
            }
            if (reader == null || !reader.hasNext()) {
                reader = open();
            }
            next++;
            return reader.next();
        }

        private RunReader open() {
            for (Segment segment : segments) {
                if (segment.has(next)) {
                    RunReader open = segment.run.open();
                    for (long i = segment.start; i < next; i++) {
                        open.next();
                    }
                    return open;
                }
            }
            throw new IllegalStateException("Record " + next + " is nowhere: a bug in Favilla");
        }

        @Override
        public void close() {
            next = size;
            if (reader != null) {
                reader.close();
            }
        }
    }
}
