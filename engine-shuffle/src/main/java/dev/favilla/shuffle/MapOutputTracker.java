package dev.favilla.shuffle;

import dev.favilla.attempt.ExecutorId;
import java.util.BitSet;
import java.util.List;

/**
 * Knows, for every registered shuffle, which map outputs exist, where they lie, and which generation they form.
 *
 * <p>A generation is one choice of contents for every map partition. As long as a lost output is replaced by one with
 * the same digest the generation stays. When the digest differs, the producer is not deterministic: {@link #register}
 * says so, and the caller moves the shuffle to its next generation and rolls back whoever read the old one.
 *
 * <p><b>Threads.</b> Belongs to the scheduler's turn; snapshots may go anywhere.
 */
public interface MapOutputTracker {

    /** Adds a shuffle without outputs, at generation 0. Adding it again changes nothing. */
    void add(int shuffleId, int numMaps);

    /** Forgets a shuffle and returns the outputs it had. */
    List<MapOutput> remove(int shuffleId);

    boolean contains(int shuffleId);

    /**
     * Records an output. An output already registered for the partition stays, and the new one is
     * {@link Registration#SURPLUS}.
     */
    Registration register(int shuffleId, MapOutput output);

    /** Forgets the output of exactly this attempt; returns whether it was registered. */
    boolean unregister(int shuffleId, int mapPartition, long attemptId);

    /** Forgets every output that lies on {@code executor}; returns the shuffles that lost some. */
    List<Integer> unregister(ExecutorId executor);

    /** Forgets all outputs of a shuffle and their digests, moves it to its next generation, and returns what it had. */
    List<MapOutput> invalidate(int shuffleId);

    /** Moves a shuffle to its next generation, keeping its outputs. */
    void advance(int shuffleId);

    /** Returns the current generation. */
    long generation(int shuffleId);

    /**
     * Returns whether any output since the last invalidation was written by an attempt older than {@code attemptId}. Those
     * lost meanwhile count: what was computed from them may still be there.
     */
    boolean hasOutputBefore(int shuffleId, long attemptId);

    /** Returns the map partitions that have no output. */
    BitSet missing(int shuffleId);

    /** Returns whether every map partition has an output. */
    boolean isComplete(int shuffleId);

    /**
     * Returns the outputs of a complete shuffle.
     *
     * @throws IllegalStateException if some are missing, which is a scheduler bug
     */
    MapOutputs snapshot(int shuffleId);

    /** Returns how many shuffles are registered. */
    int size();

    /** What {@link #register} made of an output. */
    enum Registration {
        /** The first output of its partition in this generation, or a replacement with the same digest. */
        SAME,
        /** Replaces a lost output whose digest was another: the producer is not deterministic. */
        DIFFERENT,
        /** The partition had an output already; this one is not needed. */
        SURPLUS
    }
}
