package dev.favilla.serializer;

/** A framed block is not the one that was asked for, or not as it was written. Nothing of it was parsed. */
public final class DamagedBlockException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public DamagedBlockException(String message) {
        super(message);
    }
}
