package dev.favilla.scheduler.executor;

import dev.favilla.memory.TaskScope;
import dev.favilla.scheduler.TaskSpec;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * An attempt that was launched and has not ended.
 *
 * <p><b>Threads.</b> {@link #kill} may be called from any thread, before, while and after the attempt runs; {@link
 * #begin} is called once, by the slot.
 */
final class Attempt {

    private final TaskSpec spec;
    private final AtomicReference<@Nullable String> killReason = new AtomicReference<>();
    private volatile @Nullable TaskScope scope;

    Attempt(TaskSpec spec) {
        this.spec = spec;
    }

    TaskSpec spec() {
        return spec;
    }

    /** Has the attempt stop at its next step, or before its first. The first reason given stays. */
    void kill(String reason) {
        killReason.compareAndSet(null, reason);
        TaskScope running = scope; // read after the reason is set: whoever comes second passes it on
        if (running != null) {
            running.kill(reason);
        }
    }

    /** Returns why the attempt was asked to stop, if it was. */
    Optional<String> killReason() {
        return Optional.ofNullable(killReason.get());
    }

    /** Says that the attempt runs in {@code running}, which is killed at once if the attempt was. */
    void begin(TaskScope running) {
        scope = running;
        killReason().ifPresent(running::kill);
    }
}
