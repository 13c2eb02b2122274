package dev.favilla.text;

/** Says, in words that go on after a colon, why a text cannot be the path of a local file. Never leaves the package. */
final class BadPathException extends Exception {

    private static final long serialVersionUID = 1L;

    private final String reason;

    BadPathException(String reason) {
        super(reason);
        this.reason = reason;
    }

    String reason() {
        return reason;
    }
}
