package dev.favilla.shuffle;

import dev.favilla.attempt.ExecutorId;
import org.jspecify.annotations.Nullable;

/** A block cannot be had from the executor that should have it. The message says why, as the end of a sentence. */
public final class BlockTransferException extends Exception {

    private static final long serialVersionUID = 1L;

    /** @param reason why, for example {@code that executor is gone} */
    public BlockTransferException(String reason) {
        this(reason, null);
    }

    public BlockTransferException(String reason, @Nullable Throwable cause) {
        super(reason, cause);
    }

    /** Nobody by that name gives blocks any more. */
    public static BlockTransferException executorIsGone() {
        return new BlockTransferException("that executor is gone");
    }

    /** The executor is there, and the block is not. */
    public static BlockTransferException wasDropped() {
        return new BlockTransferException("it was dropped there");
    }

    /** Nothing is fetched from where one is. */
    public static BlockTransferException atHome(ExecutorId self) {
        return new BlockTransferException("it should lie on " + self + " itself, which does not have it");
    }
}
