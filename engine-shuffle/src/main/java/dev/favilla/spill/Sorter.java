package dev.favilla.spill;

import dev.favilla.attempt.Metric;
import dev.favilla.attempt.TaskScope;
import dev.favilla.memory.MemoryAccount;
import dev.favilla.memory.Spillable;
import dev.favilla.serializer.RecordCopier;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
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

    /** Records between two looks at the account; a power of two. */
    private static final int RECORDS_PER_CHECK = 32;

    /** Records that leave between two looks at the account, and at the kill flag where they are written. */
    private static final int RECORDS_PER_RELEASE = 1024;

    private static final long SMALLEST_STEP = 64 << 10;

    /** A request is larger than what is needed by this fraction. */
    private static final int STEP_FRACTION = 16;

    private final RecordOrder order;
    private final @Nullable RecordCopier copier;
    private final TaskScope scope;
    private final MemoryAccount account;
    private final SortBuffer buffer;
    private final Spillable spillable = new Rest();

    /** In the order in which their records came. */
    private final List<Run> runs = new ArrayList<>();

    private final List<RunReader> readers = new ArrayList<>();

    /** Held of the account. */
    private long paid;

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
        this.account = scope.memory();
        this.buffer = new SortBuffer(order);
        account.register(spillable);
    }

    /** Adds a record. */
    public void add(@Nullable Object record) {
        if ((buffer.size() & (RECORDS_PER_CHECK - 1)) == 0 || buffer.isFull()) {
            makeRoom();
        }
        Object own = copier == null ? record : copier.isolate(record);
        if (buffer.size() == 0) {
            order.compare(own, own); // one that cannot be compared fails, even if it is alone
        }
        buffer.add(own);
    }

    /** Pays for what is held and for another record. */
    private void makeRoom() {
        long needed = buffer.bytesWithAnother();
        if (needed <= paid) {
            return;
        }
        long step = Math.max(SMALLEST_STEP, needed / STEP_FRACTION);
        long granted =
                account.reserve(needed + step - paid); // what is here may be moved out meanwhile, and less is paid
        paid += granted;
        if (paid < buffer.bytesWithAnother() && buffer.remaining() > 0) {
            moveOut();
        }
        long missing = buffer.bytesWithAnother() - paid;
        if (missing > 0) {
            account.require(missing);
            paid += missing;
        } else {
            releaseBeyond(buffer.bytesWithAnother());
        }
    }

    /** Gives back what is paid for more than {@code bytes}, but for a step. */
    private void releaseBeyond(long bytes) {
        long kept = bytes + Math.max(SMALLEST_STEP, bytes / STEP_FRACTION);
        if (paid > 2 * kept) {
            release(paid - kept);
        }
    }

    private void release(long bytes) {
        account.release(bytes);
        paid -= bytes;
    }

    /**
     * Returns all records in order, each of which is let go when it is handed out. Called once, when the last record was
     * added; a run is deleted when it was read.
     */
    public Iterator<@Nullable Object> sorted() {
        if (sorted != null) {
            throw new IllegalStateException("The records were sorted before");
        }
        makeRoom();
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

    /** Writes what is in memory out. */
    private void moveOut() {
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
        buffer.clear();
        scope.metrics().add(Metric.MEMORY_BYTES_SPILLED, paid);
        release(paid);
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
        account.unregister(spillable);
        buffer.clear();
        release(paid);
        readers.forEach(RunReader::close);
        readers.clear();
        runs.forEach(Run::delete);
        runs.clear();
    }

    /** What can be moved out. */
    private final class Rest implements Spillable {

        @Override
        public long spill(long bytes) {
            long before = paid;
            if (busy) {
                return 0;
            }
            if (buffer.remaining() > 0) {
                moveOut();
            } else {
                buffer.clear(); // its array may be large
                release(paid);
            }
            return before;
        }

        @Override
        public long spillableBytes() {
            return busy ? 0 : paid;
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
            InRun run = moved;
            if (run != null) {
                return run.hasMore();
            }
            int remaining = buffer.remaining();
            if (remaining == 0) {
                buffer.clear();
                release(paid);
            } else if ((remaining & (RECORDS_PER_RELEASE - 1)) == 0) {
                releaseBeyond(buffer.bytes());
            }
            return remaining > 0;
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
