package dev.favilla.text;

/** A file makes more of itself than the context allows: a line without end, or a compressed file that is a bomb. */
public final class InputLimitException extends InputException {

    private static final long serialVersionUID = 1L;

    private final String setting;

    /** @param after how far the file was read, in words */
    InputLimitException(String path, String after, InputLimits.Exceeded cause) {
        super(
                path,
                "Cannot read '" + path + "' " + after + ": " + cause.getMessage() + ". If the file is meant to be so,"
                        + " raise " + cause.setting() + "; else leave it out of the input.",
                cause);
        this.setting = cause.setting();
    }

    /** Returns the key of the setting that says how much is allowed. */
    public String setting() {
        return setting;
    }
}
