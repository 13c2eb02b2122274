package dev.favilla.text;

import dev.favilla.lineage.CallSite;

/** An input path names nothing that can be read. */
public final class InputNotFoundException extends InputException {

    private static final long serialVersionUID = 1L;

    InputNotFoundException(String path, String found, CallSite callSite) {
        super(
                path,
                "Cannot read text from '" + path + "' (" + callSite + "): " + found
                        + ". Expected a readable file, a directory of files, or a glob that matches some; relative"
                        + " paths start at the working directory of this process.",
                null);
    }
}
