package dev.favilla.frame;

/** A framed block is not the one that was asked for, or not as it was written. Nothing wrong of it was parsed. */
public final class DamagedBlockException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String blockId;
    private final long attemptId;

    /**
     * @param blockId the block that was asked for
     * @param attemptId the attempt that wrote it
     * @param what what is wrong, with what was expected and what is there
     */
    public DamagedBlockException(String blockId, long attemptId, String what) {
        super("Block " + blockId + " of attempt " + attemptId + " is damaged: " + what);
        this.blockId = blockId;
        this.attemptId = attemptId;
    }

    /** Returns the block that was asked for. */
    public String blockId() {
        return blockId;
    }

    /** Returns the attempt that should have written it. */
    public long attemptId() {
        return attemptId;
    }
}
