package dev.favilla.benchmarks;

import java.io.IOException;

/** A system could not do a workload; the message says why. */
final class FailedRunException extends IOException {

    FailedRunException(String message) {
        super(message);
    }
}
