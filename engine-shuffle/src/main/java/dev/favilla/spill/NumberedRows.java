package dev.favilla.spill;

import dev.favilla.attempt.TaskScope;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Rows of a join in ascending order of their numbers: a key, a left record, and the right ones that belong to it. Must be
 * closed.
 */
abstract class NumberedRows implements AutoCloseable {

    private static final int CHECK_MASK = 4095;

    private long number;
    private @Nullable Object key;
    private @Nullable Object left;
    private Iterator<@Nullable Object> rights = Collections.emptyIterator();

    /** Steps to the next row and returns whether there was one. */
    abstract boolean advance();

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

    final long number() {
        return number;
    }

    final @Nullable Object key() {
        return key;
    }

    final @Nullable Object left() {
        return left;
    }

    /** Returns the right records, which can be read once and until the next step. */
    final Iterator<@Nullable Object> rights() {
        return rights;
    }

    /** Returns whether they take no memory but what reading takes. */
    boolean isOnDisk() {
        return false;
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

    /** Returns the same rows in a run of their own; closes {@code rows}. */
    static NumberedRows rewritten(NumberedRows rows, TaskScope scope) {
        RunWriter run = RunStore.of(scope).create();
        try (rows) {
            for (int i = 1; rows.advance(); i++) {
                write(run, rows.number, rows.key, rows.left, rows.rights);
                if ((i & CHECK_MASK) == 0) {
                    scope.checkKilled();
                }
            }
        }
        return of(run.finish());
    }

    /** The rows of a run, which is deleted after the last. */
    static NumberedRows of(Run run) {
        return new OfRun(run);
    }

    /** The rows of several, no two of which have a number in common. */
    static NumberedRows merged(List<? extends NumberedRows> sources) {
        return sources.size() == 1 ? sources.get(0) : new Merged(sources);
    }

    private static final class OfRun extends NumberedRows {

        private final Run run;
        private @Nullable RunReader reader;
        private final Rights rights = new Rights();

        OfRun(Run run) {
            this.run = run;
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
        boolean advance() {
            while (rights.hasNext()) {
                rights.next();
            }
            RunReader in = in();
            if (!in.hasNext()) {
                close();
                return false;
            }
            long number = longOf(in.next());
            Object key = in.next();
            Object left = in.next();
            rights.begin();
            set(number, key, left, rights);
            return true;
        }

        @Override
        boolean isOnDisk() {
            return true;
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

    /** Returns a number that was written as such. */
    static long longOf(@Nullable Object number) {
        if (number instanceof Number read) {
            return read.longValue();
        }
        throw new IllegalStateException("A run has " + number + " in the place of a number: a bug in Favilla");
    }

    private static final class Merged extends NumberedRows {

        private final List<? extends NumberedRows> sources;
        private final PriorityQueue<NumberedRows> waiting =
                new PriorityQueue<>(Comparator.comparingLong(NumberedRows::number));
        private @Nullable NumberedRows current;
        private boolean begun;

        Merged(List<? extends NumberedRows> sources) {
            this.sources = List.copyOf(sources);
        }

        @Override
        boolean advance() {
            if (!begun) {
                begun = true;
                sources.forEach(this::step);
            } else if (current != null) {
                step(current);
            }
            current = waiting.poll();
            if (current == null) {
                return false;
            }
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
            sources.forEach(NumberedRows::close);
        }
    }
}
