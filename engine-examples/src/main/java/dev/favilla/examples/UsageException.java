package dev.favilla.examples;

/** The command line is not understood; the message says what was expected. */
final class UsageException extends Exception {

    private static final long serialVersionUID = 1L;

    UsageException(String message) {
        super(message);
    }
}
