package dev.favilla.storage;

/**
 * What an attempt wants to keep.
 *
 * @param id which partition
 * @param level where and how
 * @param inputVersion what it is computed from
 * @param attemptId who computes it
 */
record BlockRequest(BlockId id, StorageLevel level, long inputVersion, long attemptId) {}
