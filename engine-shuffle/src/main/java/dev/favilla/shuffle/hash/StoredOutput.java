package dev.favilla.shuffle.hash;

import dev.favilla.memory.MemoryAccount;
import java.util.List;

/**
 * A committed map output: its blocks by reducer, and the memory they hold.
 *
 * <p><b>Threads.</b> The blocks never change. {@link #release} is called by whoever took the output out of the store,
 * and by its writer if it could not be committed; calling it twice is harmless.
 */
final class StoredOutput {

    private final List<List<Block>> blocks;
    private final MemoryAccount memory;

    StoredOutput(List<List<Block>> blocks, MemoryAccount memory) {
        this.blocks = blocks;
        this.memory = memory;
    }

    /** Returns what was sent to {@code reducer}, in the order it was sent. */
    List<Block> blocks(int reducer) {
        return blocks.get(reducer);
    }

    /** Gives the memory back and returns how much. A reader that holds blocks already may finish with them. */
    long release() {
        long bytes = memory.reservedBytes();
        memory.close();
        return bytes;
    }
}
