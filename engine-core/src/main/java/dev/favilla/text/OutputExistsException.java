package dev.favilla.text;

import dev.favilla.lineage.CallSite;

/** The output directory is there already; outputs are never overwritten. */
public final class OutputExistsException extends OutputException {

    private static final long serialVersionUID = 1L;

    OutputExistsException(String path, CallSite callSite) {
        super(
                path,
                "Cannot write to '" + path + "' (" + callSite
                        + "): it exists already, and output is never overwritten. Delete it or name another directory.",
                null);
    }
}
