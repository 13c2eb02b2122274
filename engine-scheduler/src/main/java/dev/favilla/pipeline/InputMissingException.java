package dev.favilla.pipeline;

/** A shuffle is needed that was not complete when the attempt was launched. The task is not to blame. */
public final class InputMissingException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int shuffleId;

    InputMissingException(String owner, int shuffleId) {
        super(owner + " needs shuffle " + shuffleId + ", which was not complete when it was launched, because a cached"
                + " partition that made it unnecessary is gone");
        this.shuffleId = shuffleId;
    }

    /** Returns the shuffle that is needed. */
    public int shuffleId() {
        return shuffleId;
    }
}
