package dev.favilla.shuffle;

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
}
