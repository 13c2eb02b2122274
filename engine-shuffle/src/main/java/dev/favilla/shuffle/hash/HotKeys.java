package dev.favilla.shuffle.hash;

import java.util.Arrays;
import java.util.BitSet;

/**
 * Decides, by counting records, which keys stay in a table of limited size, whether unseen keys enter it, and when it is
 * not worth being asked.
 *
 * <pre>{@code
 * FILLING --full, a few records per key so far------------------> FILLING   cold keys leave
 * FILLING --full------------> WATCHING --it caught many records--> FILLING  cold keys leave
 *                             WATCHING --it caught few-----------> PASSING  all keys leave
 * PASSING --after a while---> FILLING
 * }</pre>
 *
 * <p>While it is watched, unseen keys pass by: they would push out the keys that are being counted. Of a text with a
 * long tail the table so comes to hold the frequent words, which are most of the text. Where keys hardly repeat, most of
 * the input passes without a look at the table, for longer each time a look was in vain.
 *
 * <p>Everything here follows from the records and their order, never from time or memory. Belongs to one thread.
 */
final class HotKeys {

    /** Filling pays by itself if this many records became one, as where the input is sorted by key. */
    static final int WORTHWHILE_SHRINKAGE = 3;

    /** Keys of a full table at first: so few stay in the processor's cache. */
    static final int FIRST_CAPACITY = 16_384;

    /** The table doubles each time it was worth being asked, up to this many keys. */
    static final int LARGEST_CAPACITY = 65_536;

    /** Records that pass by at least before the next look, and records per key that a full table is watched for. */
    static final int PERIOD = 1 << 16;

    static final int WATCHED_PER_KEY = 4;

    /** Records after which a look ends that is in vain so far: as many as keys, since input may go round in circles. */
    static final int GLANCE = FIRST_CAPACITY;

    /** A look that was in vain doubles the next pause, up to this many periods. */
    static final int LONGEST_PAUSE = 16;

    /** Asking pays if at least one record in so many meets its key. */
    static final int WORTHWHILE_SHARE = 8;

    /** A key that is met again this soon after it entered is one of a run, which says nothing of its frequency. */
    private static final int RUN = 1024;

    private static final int MOST_HITS = 15;

    private int capacity = FIRST_CAPACITY;

    /** How often each entry was met lately; halved whenever cold keys leave. */
    private byte[] hits = {};

    private Phase phase = Phase.FILLING;

    /** Keys that were there when filling began. */
    private int old;

    /** Records of the present phase; while the table fills, those of new keys only. */
    private long records;

    /** How many of them met their key. */
    private long met;

    /** Records of the present phase at its end; filling ends with a full table instead. */
    private long end = Long.MAX_VALUE;

    /** Periods that pass by when the next look was in vain. */
    private int pause = 1;

    /** Returns how many keys make a full table. */
    int capacity() {
        return capacity;
    }

    /** Returns whether the key of the next record is to be looked for. */
    boolean asks() {
        return phase != Phase.PASSING;
    }

    /** Returns whether a key that is not there enters. */
    boolean admits() {
        return phase == Phase.FILLING;
    }

    /**
     * Counts a record that met its key.
     *
     * @param size keys in the table
     */
    void met(int entry, int size) {
        boolean watching = phase == Phase.WATCHING;
        if (watching || entry >= old) {
            records++;
            met++;
        }
        if (watching || entry < size - RUN) {
            count(entry);
        }
    }

    private void count(int entry) {
        if (entry >= hits.length) {
            makeRoom(Math.max(entry + 1, Math.min(capacity, 2 * entry)));
        }
        if (hits[entry] < MOST_HITS) {
            hits[entry]++;
        }
    }

    /** Most tables of small jobs stay small. */
    private void makeRoom(int entries) {
        if (entries > hits.length) {
            hits = Arrays.copyOf(hits, entries);
        }
    }

    /** Counts a record that did not meet its key, whether that entered or passed by. */
    void missed() {
        records++;
    }

    /** Returns whether the phase has ended by its number of records; {@link #turn} comes next. */
    boolean isOver() {
        if (records < end) {
            return false;
        }
        if (phase == Phase.WATCHING && end == GLANCE && isWorthwhile()) {
            end = (long) WATCHED_PER_KEY * capacity;
            return false;
        }
        return true;
    }

    private boolean isWorthwhile() {
        return met > 0 && met * WORTHWHILE_SHARE >= records;
    }

    /**
     * Says that a key found no place in the table, and returns whether {@link #turn} comes next; else the table is
     * watched.
     *
     * @param crowded keys that are slow to find, since their hashes are like those of others
     */
    boolean isFull(int crowded) {
        if (crowded > capacity / 2) {
            begin(Phase.WATCHING, 0); // each look costs more than it may save
            return true;
        }
        long entered = records - met;
        if (records >= WORTHWHILE_SHRINKAGE * entered) {
            return true;
        }
        begin(Phase.WATCHING, GLANCE);
        return false;
    }

    /**
     * Goes on to the next phase.
     *
     * @param size keys in the table
     * @return those that stay
     */
    BitSet turn(int size) {
        makeRoom(size);
        if (phase == Phase.WATCHING && !isWorthwhile()) {
            begin(Phase.PASSING, (long) pause * PERIOD);
            pause = Math.min(2 * pause, LONGEST_PAUSE);
            Arrays.fill(hits, 0, size, (byte) 0);
            return new BitSet();
        }
        if (phase != Phase.PASSING) {
            pause = 1;
        }
        BitSet hot = hottest(size);
        old = hot.cardinality();
        if (phase == Phase.WATCHING && capacity < LARGEST_CAPACITY) {
            capacity *= 2;
        }
        begin(Phase.FILLING, Long.MAX_VALUE);
        return hot;
    }

    /** Says that the table has become too large for what it holds: all keys leave, and it fills again. */
    void startAnew() {
        Arrays.fill(hits, (byte) 0);
        old = 0;
        begin(Phase.FILLING, Long.MAX_VALUE);
    }

    private void begin(Phase next, long length) {
        phase = next;
        records = 0;
        met = 0;
        end = length;
    }

    /** Returns those met most, three quarters of the table at most, so that others get a chance, and moves their counts. */
    private BitSet hottest(int size) {
        int least = leastHits(size);
        BitSet hot = new BitSet(size);
        int kept = 0;
        for (int entry = 0; entry < size; entry++) {
            if (hits[entry] >= least) {
                hot.set(entry);
                hits[kept++] = (byte) (hits[entry] / 2);
            }
        }
        Arrays.fill(hits, kept, size, (byte) 0);
        return hot;
    }

    private int leastHits(int size) {
        int[] entriesWith = new int[MOST_HITS + 1];
        for (int entry = 0; entry < size; entry++) {
            entriesWith[hits[entry]]++;
        }
        int least = MOST_HITS + 1;
        int kept = 0;
        while (least > 1 && kept + entriesWith[least - 1] <= capacity - capacity / 4) {
            least--;
            kept += entriesWith[least];
        }
        return least;
    }

    private enum Phase {
        FILLING,
        WATCHING,
        PASSING
    }
}
