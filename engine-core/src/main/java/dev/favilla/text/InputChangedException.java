package dev.favilla.text;

import org.jspecify.annotations.Nullable;

/** An input file is no longer what it was when the files were listed, so that its parts would not fit together. */
public final class InputChangedException extends InputException {

    private static final long serialVersionUID = 1L;

    /** @param change goes on after the file's name */
    InputChangedException(String path, String change, @Nullable Throwable cause) {
        super(
                path,
                "Cannot read '" + path + "': since the input was listed it " + change
                        + ". Call textFile again when nobody writes the file any more, or read a copy of it.",
                cause);
    }
}
