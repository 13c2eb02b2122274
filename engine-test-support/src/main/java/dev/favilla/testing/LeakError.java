package dev.favilla.testing;

import java.util.List;

/** A test left something behind. Lists all of it, not just the first. */
public final class LeakError extends AssertionError {

    private final List<String> findings;

    LeakError(List<String> findings) {
        super("The test left something behind:\n - " + String.join("\n - ", findings)
                + "\nClose what the test opened, or say @AllowsLeaks(reason = ...) where that is impossible.");
        this.findings = List.copyOf(findings);
    }

    /** Returns one sentence per thing left, for humans. */
    public List<String> findings() {
        return findings;
    }
}
