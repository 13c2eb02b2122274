package dev.favilla.shuffle.hash;

import org.jspecify.annotations.Nullable;

/** Names the output of one map attempt. */
record OutputKey(int shuffleId, int mapPartition, long attemptId) {

    /** Attempt ids are never reused, and those of a shuffle follow each other: no two of its outputs share a place. */
    @Override
    public int hashCode() {
        return Long.hashCode(attemptId);
    }

    /** Asked for each pair of a map and a reducer. */
    @Override
    public boolean equals(@Nullable Object o) {
        return o instanceof OutputKey other
                && attemptId == other.attemptId
                && mapPartition == other.mapPartition
                && shuffleId == other.shuffleId;
    }
}
