package dev.favilla.storage;

/**
 * A block that has just become visible.
 *
 * @param id which one
 * @param inputVersion what it was computed from: blocks of one id are comparable only if their input versions are equal
 * @param records how many records it has
 * @param digest an order-independent 64-bit digest of them: the sum over all records of the mixed
 *     {@linkplain dev.favilla.digest.ContentDigest content}. Another digest of the same block means that it was computed by something that is not deterministic
 */
public record PublishedBlock(BlockId id, long inputVersion, long records, long digest) {}
