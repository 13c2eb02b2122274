package dev.favilla.scheduler.dag;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The contents of one partition, as a symbol: equal contents have equal hashes.
 *
 * @param hash stands for the contents
 * @param sources the contents of every map output it was computed from, directly or not
 */
record SimValue(long hash, Map<Source, Long> sources) {

    /** One map output, whoever wrote it. */
    record Source(int shuffle, int map) {}

    /** A mix of generations within one computation. */
    static final class MixedGenerations extends RuntimeException {
        private static final long serialVersionUID = 1L;

        MixedGenerations(Source source) {
            super("map output " + source.map() + " of shuffle " + source.shuffle() + " was read in two versions");
        }
    }

    static SimValue of(long seed, Collection<SimValue> parts) {
        long hash = mix(seed);
        for (SimValue part : parts) {
            hash = mix(hash * 31 + part.hash);
        }
        return new SimValue(hash, parts.size() == 1 ? parts.iterator().next().sources : sources(parts));
    }

    /** What a reducer finds in a map output. */
    static SimValue bucket(Source source, SimValue output, int reducer) {
        Map<Source, Long> sources = new HashMap<>(output.sources);
        put(sources, source, output.hash);
        return new SimValue(mix(output.hash ^ mix(reducer)), sources);
    }

    /** Returns all map outputs that {@code parts} were computed from, and fails if one of them had two contents. */
    static Map<Source, Long> sources(Collection<SimValue> parts) {
        Map<Source, Long> sources = new HashMap<>();
        for (SimValue part : parts) {
            part.sources.forEach((source, hash) -> put(sources, source, hash));
        }
        return sources;
    }

    private static void put(Map<Source, Long> sources, Source source, long hash) {
        Long before = sources.put(source, hash);
        if (before != null && before != hash) {
            throw new MixedGenerations(source);
        }
    }

    static SimValue leaf(long seed) {
        return of(seed, List.of());
    }

    static long mix(long bits) {
        long z = (bits + 0x9e3779b97f4a7c15L ^ (bits >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
