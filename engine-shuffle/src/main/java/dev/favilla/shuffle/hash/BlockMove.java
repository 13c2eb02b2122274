package dev.favilla.shuffle.hash;

/** Takes a block of one reducer out of memory. */
@FunctionalInterface
interface BlockMove {

    /**
     * Returns what to keep instead of {@code block}.
     *
     * @param part its number among the blocks of the reducer
     */
    DiskBlock move(int part, Block block);
}
