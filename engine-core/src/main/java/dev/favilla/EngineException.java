package dev.favilla;

import org.jspecify.annotations.Nullable;

/** An action did not come to its result. */
public abstract class EngineException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    EngineException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
