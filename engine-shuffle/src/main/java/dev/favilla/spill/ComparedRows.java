package dev.favilla.spill;

import dev.favilla.attempt.TaskScope;
import dev.favilla.value.StableHash;
import java.util.Collections;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a part whose keys all have one hash, so that no level cuts it: each left record is compared with all right
 * ones, which stay in memory as far as there is room. Nearly always there is one key, so that all of them match; the
 * product of the two sides is never written anywhere.
 */
final class ComparedRows extends NumberedRows {

    private final JoinType type;
    private final @Nullable Run leftRun;
    private @Nullable RunReader lefts;

    /** Keys and values in turn. */
    private final HeldRecords rights;

    /** The keys with their marks, where it matters which were not met. */
    private final GroupTable keys;

    /**
     * Takes the right side into memory, as far as there is room.
     *
     * @param part both sides; the right one is deleted here
     */
    ComparedRows(TaskScope scope, JoinType type, JoinPart part) {
        this.type = type;
        this.leftRun = part.left();
        this.rights = new HeldRecords(scope, null);
        this.keys = new GroupTable(null, scope.memory(), null, true);
        part.readRight(scope, (mark, key, value) -> {
            if (type.wantsRightAlone()) {
                addKey(key, mark);
            }
            rights.add(key);
            rights.add(value);
        });
        rights.complete();
    }

    private void addKey(@Nullable Object key, long mark) {
        int hash = StableHash.of(key);
        if (keys.find(key, hash) == KeyTable.ABSENT) {
            keys.prepare();
            keys.put(key, hash, null, mark);
        }
    }

    @Override
    boolean advance() {
        RunReader in = lefts();
        while (in != null && in.hasNext()) {
            long number = longOf(in.next());
            Object key = in.next();
            Object left = in.next();
            Iterator<@Nullable Object> matches = new Matches(key);
            boolean matched = matches.hasNext();
            if (matched && type.wantsRightAlone()) {
                keys.meet(keys.find(key, StableHash.of(key)));
            }
            if (type.wantsLeft(matched)) {
                set(number, key, left, type.needsKeysOnly() ? Collections.emptyIterator() : matches);
                return true;
            }
        }
        if (!type.wantsRightAlone()) {
            close();
        }
        return false;
    }

    private @Nullable RunReader lefts() {
        if (lefts == null && leftRun != null) {
            lefts = leftRun.open();
        }
        return lefts;
    }

    /** Returns the keys that nothing has met, once the last row was stepped over. */
    NumberedRows unmatched() {
        return new Unmatched();
    }

    @Override
    public void close() {
        if (lefts != null) {
            lefts.close();
        }
        if (leftRun != null) {
            leftRun.delete();
        }
        rights.close();
        keys.close();
    }

    private final class Unmatched extends NumberedRows {

        private int next;

        @Override
        boolean advance() {
            while (next < keys.size()) {
                int entry = next++;
                if (!GroupTable.isMet(keys.mark(entry))) {
                    set(keys.mark(entry), keys.key(entry), null, new Matches(keys.key(entry)));
                    return true;
                }
            }
            close();
            return false;
        }

        @Override
        public void close() {
            ComparedRows.this.close();
        }
    }

    /** The right records of one key. A new one ends the one before. */
    private final class Matches implements Iterator<@Nullable Object> {

        private final @Nullable Object key;
        private final Iterator<@Nullable Object> all = rights.iterator();
        private @Nullable Object value;
        private boolean found;

        Matches(@Nullable Object key) {
            this.key = key;
        }

        @Override
        public boolean hasNext() {
            while (!found && all.hasNext()) {
                found = Objects.equals(key, all.next());
                value = all.next();
            }
            return found;
        }

        @Override
        public @Nullable Object next() {
            if (!hasNext()) {
                throw new NoSuchElementException("All values of this key were handed out");
            }
            found = false;
            return value;
        }
    }
}
