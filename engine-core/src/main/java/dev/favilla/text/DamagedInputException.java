package dev.favilla.text;

/** A compressed input is damaged or cut short. */
public final class DamagedInputException extends InputException {

    private static final long serialVersionUID = 1L;

    /** @param after how far it was read, in words */
    DamagedInputException(String path, String after, Throwable cause) {
        super(
                path,
                "Cannot read '" + path + "' as gzip: damaged or cut short " + after + " ("
                        + cause.getMessage()
                        + "). Check it with 'gzip -t', fetch it again, or leave it out of the input.",
                cause);
    }
}
