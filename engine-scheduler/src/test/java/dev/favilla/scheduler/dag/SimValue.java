package dev.favilla.scheduler.dag;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The contents of one partition, as a symbol: equal contents have equal hashes. Remembers what it was computed from, so
 * that what has gone into a result, however indirectly, can be looked up at its end and costs nothing before.
 */
final class SimValue {

    private final long hash;
    private final @Nullable Source source;
    private final List<SimValue> parts;

    /** Whether the contents were to be had by others. */
    private boolean kept;

    /** The last look-up that came by. */
    private int visit;

    /** Something that is kept and may be made again: a map output, or a cached partition. */
    record Source(boolean cached, int owner, int partition) {

        static Source output(int shuffle, int map) {
            return new Source(false, shuffle, map);
        }

        static Source block(int rddId, int partition) {
            return new Source(true, rddId, partition);
        }

        @Override
        public int hashCode() {
            return ((cached ? 1 : 0) + 2 * owner) * 31 + partition;
        }

        @Override
        public String toString() {
            return cached
                    ? "cached partition " + partition + " of dataset " + owner
                    : "map output " + partition + " of shuffle " + owner;
        }
    }

    private SimValue(long hash, @Nullable Source source, List<SimValue> parts) {
        this.hash = hash;
        this.source = source;
        this.parts = parts;
    }

    static SimValue of(long seed, List<SimValue> parts) {
        long hash = mix(seed);
        for (SimValue part : parts) {
            hash = mix(hash * 31 + part.hash);
        }
        return new SimValue(hash, null, parts);
    }

    /** What a reducer finds in a map output. */
    static SimValue bucket(Source source, SimValue output, int reducer) {
        SimValue whole = output.as(source);
        whole.keep();
        return new SimValue(mix(output.hash ^ mix(reducer)), null, List.of(whole));
    }

    /** Returns the same contents, as those of something that may be kept. */
    SimValue as(Source of) {
        return new SimValue(hash, of, List.of(this));
    }

    /** Notes that the contents became visible, or would have if others had not been so first. */
    void keep() {
        kept = true;
    }

    long hash() {
        return hash;
    }

    /** Returns what this is the contents of; null if it was not kept as such: the cache is a hint. */
    @Nullable
    Source source() {
        return kept ? source : null;
    }

    List<SimValue> parts() {
        return parts;
    }

    /** Returns whether look-up {@code number} comes by for the first time. */
    boolean visit(int number) {
        boolean first = visit != number;
        visit = number;
        return first;
    }

    static long mix(long bits) {
        long z = (bits + 0x9e3779b97f4a7c15L ^ (bits >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
