package dev.favilla.spill;

import dev.favilla.attempt.Metric;
import dev.favilla.attempt.TaskScope;
import dev.favilla.memory.Bytes;
import dev.favilla.memory.MemoryMeter;
import dev.favilla.memory.Spillable;
import dev.favilla.serializer.RecordCopier;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Sorts records; those that compare equal stay in the order they came, whatever the memory.
 *
 * <p>Records are held in memory. When that is refused, what is there is sorted and written out as a run; in the end the
 * runs and what is in memory are merged. More than {@value #MOST_OPEN_RUNS} runs are merged in several passes, so that no
 * more files are open. What is still in memory while records are handed out can be written out, too.
 *
 * <p><b>Cost.</b> Without a run, one sort, where {@link RecordOrder.Kind everyday keys} are not compared at all. A
 * record that goes through a run is written and read once for each pass.
 *
 * <p><b>Threads.</b> Belongs to its attempt.
 *
 * <p><b>Failures.</b> What the order throws, and {@link dev.favilla.disk.LocalDiskException} where a run cannot be
 * written. A single record that no budget holds is an
 * {@link dev.favilla.memory.ExecutionMemoryExhaustedException}. All leave memory held and runs on disk until
 * {@link #close}.
 */
public final class Sorter implements AutoCloseable {

    static final int MOST_OPEN_RUNS = 32;

    /** Records that leave between two looks at the account, and at the kill flag where they are written. */
    private static final int RECORDS_PER_RELEASE = 1024;

    private final RecordOrder order;
    private final @Nullable RecordCopier copier;
    private final TaskScope scope;
    private final SortBuffer buffer;
    private final Spillable spillable = new Rest();
    private final MemoryMeter memory;
    private final LongSupplier needed;

    /** In the order in which their records came. */
    private final List<Run> runs = new ArrayList<>();

    private final List<RunReader> readers = new ArrayList<>();

    /** By how much the buffer has grown since memory was last asked for. */
    private long grown;

    /** In the middle of something: nothing can be moved out. */
    private boolean busy;

    /** Whether all was sorted by a class's order that is beyond doubt. */
    private boolean trusted = true;

    /** What is in memory once it is sorted; null before. */
    private @Nullable InMemory sorted;

    /**
     * @param order by which order
     * @param copier makes what enters the attempt's own; null if it is already, as what a shuffle hands out
     * @param scope the attempt's
     */
    public Sorter(RecordOrder order, @Nullable RecordCopier copier, TaskScope scope) {
        this.order = order;
        this.copier = copier;
        this.scope = scope;
        this.buffer = new SortBuffer(order);
        this.memory = new MemoryMeter(scope.memory(), spillable);
        this.needed = buffer::bytesWithAnother;
        scope.memory().register(spillable);
    }

    /** Adds a record. */
    public void add(@Nullable Object record) {
        memory.grow(grown, needed);
        if (buffer.isFull()) {
            memory.hold(needed);
        }
        Object own = copier == null ? record : copier.isolate(record);
        if (buffer.size() == 0) {
            order.compare(own, own); // one that cannot be compared fails, even if it is alone
        }
        grown = buffer.add(own);
    }

    /**
     * Returns all records in order, each of which is let go when it is handed out. Called once, when the last record was
     * added; a run is deleted when it was read.
     */
    public Iterator<@Nullable Object> sorted() {
        if (sorted != null) {
            throw new IllegalStateException("The records were sorted before");
        }
        memory.hold(needed);
        InMemory rest = new InMemory();
        whole(() -> {
            trusted &= buffer.sort();
            sorted = rest;
        });
        mergeSome();
        List<MergedRecords.Input> inputs = open(runs);
        inputs.add(rest);
        return new MergedRecords(inputs, order, !trusted);
    }

    /** Merges neighbours until few enough runs are left, so that each record goes through as few passes as possible. */
    private void mergeSome() {
        int first = 0;
        while (runs.size() > MOST_OPEN_RUNS) {
            int count = Math.min(MOST_OPEN_RUNS, runs.size() - MOST_OPEN_RUNS + 1);
            first = first + count > runs.size() ? 0 : first;
            List<Run> some = runs.subList(first, first + count);
            Run merged = write(new MergedRecords(open(some), order, !trusted));
            some.clear();
            runs.add(first++, merged);
        }
    }

    private List<MergedRecords.Input> open(List<Run> some) {
        List<MergedRecords.Input> inputs = new ArrayList<>();
        some.forEach(run -> inputs.add(new InRun(run)));
        return inputs;
    }

    /** Does something in whose middle nothing can be moved out. */
    private void whole(Runnable work) {
        busy = true;
        try {
            work.run();
        } finally {
            busy = false;
        }
    }

    /** Writes what is in memory out, and returns how many bytes came free. */
    private long moveOut() {
        whole(() -> {
            InMemory rest = sorted;
            if (rest == null) {
                trusted &= buffer.sort();
            }
            Run run = write(new Leaving());
            runs.add(run);
            if (rest != null) {
                rest.moved = new InRun(run);
            }
        });
        long freed = drop();
        scope.metrics().add(Metric.MEMORY_BYTES_SPILLED, freed);
        return freed;
    }

    /** Forgets what is in memory, whose array may be large, and returns how many bytes came free. */
    private long drop() {
        buffer.clear();
        return memory.shrinkTo(0);
    }

    private Run write(Iterator<@Nullable Object> records) {
        try (RunWriter writer = RunStore.of(scope).create()) {
            while (records.hasNext()) {
                if ((writer.records() & (RECORDS_PER_RELEASE - 1)) == 0) {
                    scope.checkKilled();
                }
                writer.write(records.next());
            }
            return writer.finish();
        }
    }

    /** Drops everything and gives all memory and disk space back; closing twice is harmless. */
    @Override
    public void close() {
        scope.memory().unregister(spillable);
        drop();
        readers.forEach(RunReader::close);
        readers.clear();
        runs.forEach(Run::delete);
        runs.clear();
    }

    /** What can be moved out. */
    private final class Rest implements Spillable {

        @Override
        public long spill(long bytes) {
            if (busy) {
                return 0;
            }
            return buffer.remaining() > 0 ? moveOut() : drop();
        }

        @Override
        public long spillableBytes() {
            return busy ? 0 : buffer.bytes();
        }

        @Override
        public String describe() {
            return buffer.remaining() + " records to be sorted (" + Bytes.format(buffer.bytes()) + ")";
        }
    }

    /** What leaves the buffer to be written; the memory is given back afterwards, all at once. */
    private final class Leaving implements Iterator<@Nullable Object> {

        @Override
        public boolean hasNext() {
            return buffer.remaining() > 0;
        }

        @Override
        public @Nullable Object next() {
            return buffer.take();
        }
    }

    /** The records that stayed in memory, whose rest may be moved out at any time. */
    private final class InMemory extends MergedRecords.Input {

        private @Nullable InRun moved;

        @Override
        boolean hasMore() {
            if (moved == null && (buffer.remaining() & (RECORDS_PER_RELEASE - 1)) == 0) {
                giveBack();
            }
            InRun run = moved;
            return run == null ? buffer.remaining() > 0 : run.hasMore();
        }

        /** Gives back what the records took that have left; the rest may be moved out meanwhile. */
        private void giveBack() {
            if (buffer.remaining() == 0) {
                drop();
            } else {
                memory.hold(buffer.bytes());
            }
        }

        @Override
        @Nullable
        Object more() {
            InRun run = moved;
            return run == null ? buffer.take() : run.more();
        }
    }

    /** A run, which goes when its last record was read. */
    private final class InRun extends MergedRecords.Input {

        private final Run run;
        private final RunReader reader;

        InRun(Run run) {
            this.run = run;
            this.reader = run.open();
            readers.add(reader);
        }

        @Override
        boolean hasMore() {
            boolean more = reader.hasNext();
            if (!more && readers.remove(reader)) {
                reader.close();
                run.delete();
            }
            return more;
        }

        @Override
        @Nullable
        Object more() {
            return reader.next();
        }
    }
}
