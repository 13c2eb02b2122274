package dev.favilla.value;

/** A key that has no equality and hash to rely on, such as an array. */
public final class UnsupportedKeyException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    /**
     * @param message which class, why it cannot be a key, and what to use instead
     */
    public UnsupportedKeyException(String message) {
        super(message);
    }
}
