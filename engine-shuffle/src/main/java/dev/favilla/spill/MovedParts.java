package dev.favilla.spill;

import dev.favilla.serializer.SerializationException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The parts of one table that were moved out: of each a run of rows, first what the table held of it, then what came for
 * it later, in that order.
 *
 * <p>A row is a number, a key, and an accumulator or a value. The numbers of values are written inverted, which tells the
 * two apart.
 */
final class MovedParts implements AutoCloseable {

    private final Folding folding;
    private final int level;
    private final @Nullable RunWriter[] writers;
    private final int[] firstHash;
    private final boolean[] severalHashes;

    /** @param level of the table; beyond the last one there is one part only */
    MovedParts(Folding folding, int level) {
        this.folding = folding;
        this.level = level;
        int parts = level < SpillPart.LEVELS ? SpillPart.COUNT : 1;
        this.writers = new RunWriter[parts];
        this.firstHash = new int[parts];
        this.severalHashes = new boolean[parts];
    }

    /** A part that is to be read back. */
    record Part(Run run, int level) {}

    int count() {
        return writers.length;
    }

    int partOf(int hash) {
        return level < SpillPart.LEVELS ? SpillPart.of(hash, level) : 0;
    }

    boolean has(int part) {
        return writers[part] != null;
    }

    /** Appends a row to a part, which is moved out from now on. */
    void write(int hash, long number, boolean accumulated, @Nullable Object key, @Nullable Object payload) {
        int part = partOf(hash);
        RunWriter run = writers[part];
        if (run == null) {
            run = folding.store().create();
            writers[part] = run;
            firstHash[part] = hash;
        }
        severalHashes[part] |= hash != firstHash[part];
        try {
            run.write(accumulated ? number : ~number);
            run.write(key);
            run.write(payload);
        } catch (SerializationException e) {
            throw folding.notMoved(e);
        }
    }

    /** Says that no further row comes, and returns the parts. */
    List<Part> finish() {
        List<Part> parts = new ArrayList<>();
        for (int part = 0; part < writers.length; part++) {
            RunWriter run = writers[part];
            if (run != null) {
                // What no level can cut goes to where none is cut at once.
                parts.add(new Part(run.finish(), severalHashes[part] ? level + 1 : SpillPart.LEVELS));
                writers[part] = null;
            }
        }
        return parts;
    }

    /** Drops what was not finished. */
    @Override
    public void close() {
        for (int part = 0; part < writers.length; part++) {
            RunWriter run = writers[part];
            writers[part] = null;
            if (run != null) {
                run.close();
            }
        }
    }
}
