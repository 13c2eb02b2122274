package dev.favilla.spill;

import dev.favilla.attempt.TaskScope;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Rows in ascending order of their numbers, so that what was finished part by part comes out in the order in which it
 * would have come without parts. A row is a number, a key, and what belongs to it: of a join a left record and the right
 * ones it meets, of an aggregation the accumulator and nothing else. Must be closed.
 *
 * <p><b>Threads.</b> Belongs to its attempt.
 */
abstract class NumberedRows implements AutoCloseable {

    /** How many runs are read at once. */
    static final int FAN_IN = 16;

    private static final int CHECK_MASK = 4095;

    private long number;
    private @Nullable Object key;
    private @Nullable Object left;
    private Iterator<@Nullable Object> rights = Collections.emptyIterator();

    /** Steps to the next row and returns whether there was one. It may be known by no more than its number then. */
    abstract boolean advance();

    /** Has all of the row at hand that was stepped to; to be called once before the next step. */
    void read() {
        // most know all of a row when they step to it
    }

    /** Returns false only if there is no further row. */
    boolean mayAdvance() {
        return true;
    }

    @Override
    public abstract void close();

    /** Says what the row is that was stepped to. */
    final void set(
            long rowNumber, @Nullable Object rowKey, @Nullable Object rowLeft, Iterator<@Nullable Object> rowRights) {
        number = rowNumber;
        key = rowKey;
        left = rowLeft;
        rights = rowRights;
    }

    final void set(NumberedRows other) {
        set(other.number, other.key, other.left, other.rights);
    }

    /** Lets go of the row that was stepped to. */
    final void forget() {
        set(0, null, null, Collections.emptyIterator());
    }

    final long number() {
        return number;
    }

    final @Nullable Object key() {
        return key;
    }

    /** Returns the left record, or the accumulator. */
    final @Nullable Object left() {
        return left;
    }

    /** Returns the right records, which can be read once and until the next step. */
    final Iterator<@Nullable Object> rights() {
        return rights;
    }

    /** Appends a row to {@code run}: its number, its key, the left record, and the right ones, each after a true. */
    static void write(
            RunWriter run,
            long number,
            @Nullable Object key,
            @Nullable Object left,
            Iterator<@Nullable Object> rights) {
        run.write(number);
        run.write(key);
        run.write(left);
        while (rights.hasNext()) {
            run.write(true);
            run.write(rights.next());
        }
        run.write(false);
    }

    /** Returns a number that was written as such. */
    static long longOf(@Nullable Object number) {
        if (number instanceof Number read) {
            return read.longValue();
        }
        throw new IllegalStateException("A run has " + number + " in the place of a number: a bug in Favilla");
    }

    /** The rows of a run, which is deleted after the last. */
    static NumberedRows of(Run run) {
        return new OfRun(run);
    }

    /**
     * The rows of several, no two of which have a number in common; it takes them over. At most {@value #FAN_IN} runs are
     * read at once, and the records of one row are held: if there are more runs, the smallest are first merged into one.
     */
    static NumberedRows merged(Collection<NumberedRows> sources, TaskScope scope) {
        List<NumberedRows> merged = new ArrayList<>();
        PriorityQueue<OfRun> runs = new PriorityQueue<>(Comparator.comparingLong(OfRun::bytes));
        for (NumberedRows rows : sources) {
            if (rows instanceof OfRun ofRun) {
                runs.add(ofRun);
            } else {
                merged.add(rows);
            }
        }
        while (runs.size() > FAN_IN) {
            int tooMany = runs.size() - FAN_IN;
            List<NumberedRows> smallest = new ArrayList<>();
            while (smallest.size() <= tooMany && smallest.size() < FAN_IN) {
                smallest.add(runs.remove());
            }
            runs.add(rewritten(new Merged(smallest), scope));
        }
        merged.addAll(runs);
        return new Merged(merged);
    }

    /** Returns the same rows in a run of their own; closes {@code rows}. */
    private static OfRun rewritten(NumberedRows rows, TaskScope scope) {
        try (RunWriter run = RunStore.of(scope).create();
                rows) {
            for (int row = 0; rows.advance(); row++) {
                if ((row & CHECK_MASK) == 0) {
                    scope.checkKilled();
                }
                write(run, rows.number, rows.key, rows.left, rows.rights);
            }
            return new OfRun(run.finish());
        }
    }

    private static final class OfRun extends NumberedRows {

        private final Run run;
        private @Nullable RunReader reader;
        private final Rights rights = new Rights();

        OfRun(Run run) {
            this.run = run;
        }

        long bytes() {
            return run.bytes();
        }

        private RunReader in() {
            RunReader open = reader;
            if (open == null) {
                open = run.open();
                reader = open;
            }
            return open;
        }

        @Override
        boolean mayAdvance() {
            return in().hasNext();
        }

        @Override
        boolean advance() {
            forget();
            while (rights.hasNext()) {
                rights.next();
            }
            RunReader in = in();
            if (!in.hasNext()) {
                close();
                return false;
            }
            set(longOf(in.next()), null, null, rights);
            return true;
        }

        @Override
        void read() {
            Object key = in().next();
            Object left = in().next();
            rights.begin();
            set(number(), key, left, rights);
        }

        @Override
        public void close() {
            if (reader != null) {
                reader.close();
            }
            run.delete();
        }

        private final class Rights implements Iterator<@Nullable Object> {

            private boolean more;

            void begin() {
                more = Boolean.TRUE.equals(in().next());
            }

            @Override
            public boolean hasNext() {
                return more;
            }

            @Override
            public @Nullable Object next() {
                if (!more) {
                    throw new NoSuchElementException("All right records of this row were handed out");
                }
                Object right = in().next();
                begin();
                return right;
            }
        }
    }

    private static final class Merged extends NumberedRows {

        private final List<NumberedRows> sources;
        private final PriorityQueue<NumberedRows> waiting =
                new PriorityQueue<>(Comparator.comparingLong(NumberedRows::number));
        private @Nullable NumberedRows current;
        private boolean begun;

        Merged(List<NumberedRows> sources) {
            this.sources = sources;
        }

        /** Only when it is asked: what one merge hands out may depend on another's having come to its end. */
        private void begin() {
            if (!begun) {
                begun = true;
                sources.forEach(this::step);
            }
        }

        @Override
        boolean mayAdvance() {
            begin();
            return !waiting.isEmpty() || (current != null && current.mayAdvance());
        }

        @Override
        boolean advance() {
            forget();
            begin();
            if (current != null) {
                step(current);
            }
            current = waiting.poll();
            if (current == null) {
                return false;
            }
            current.read();
            set(current);
            return true;
        }

        private void step(NumberedRows source) {
            if (source.advance()) {
                waiting.add(source);
            }
        }

        @Override
        public void close() {
            begun = true;
            waiting.clear();
            current = null;
            sources.forEach(NumberedRows::close);
        }
    }
}
