package dev.favilla.spill;

/**
 * Which part a key belongs to when what is held is moved out part by part. A part that is too large again when it is read
 * back is cut by the next level. Keys of equal hash stay together on all levels.
 *
 * <p>The hash is mixed otherwise than {@link KeyTable} mixes it: the keys of one part would share one corner of its index
 * if both looked at the same bits.
 */
final class SpillPart {

    private static final int BITS = 4;

    /** How many parts a level has. */
    static final int COUNT = 1 << BITS;

    /** How many levels tell keys of different hashes apart. */
    static final int LEVELS = Integer.SIZE / BITS;

    private SpillPart() {}

    /**
     * Returns the part, from 0 to {@link #COUNT} - 1.
     *
     * @param hash the key's stable hash
     * @param level from 0 to {@link #LEVELS} - 1
     */
    static int of(int hash, int level) {
        int mixed = hash * 0x9e3779b1;
        mixed = (mixed ^ (mixed >>> 15)) * 0x2c1b3c6d;
        mixed ^= mixed >>> 13;
        return (mixed >>> (Integer.SIZE - BITS - level * BITS)) & (COUNT - 1);
    }
}
