package dev.favilla.shuffle.hash;

/** Names the output of one map attempt. */
record OutputKey(int shuffleId, int mapPartition, long attemptId) {}
