package dev.favilla.scheduler.executor;

import dev.favilla.lineage.LineageBinary;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The lineages that an executor has read, the last few of them: the tasks of a stage attempt share one copy.
 *
 * <p><b>Threads.</b> May be used from any thread, without a lock: the list is replaced, never changed. Whoever adds a
 * lineage reads it, and others who need it wait for that. A reader that is stopped or fails takes nobody along: those who
 * waited read for themselves, and the next to come begins anew.
 */
final class LineageCopies {

    private static final int KEPT = 32;

    /** The last added first. */
    private final AtomicReference<List<Copy>> recent = new AtomicReference<>(List.of());

    /** Returns what is in {@code binary}, which the executor's attempts share. */
    LineageBinary.Content of(LineageBinary binary) throws InterruptedException {
        Copy copy = findOrAdd(binary);
        copy.reading.run(); // does nothing if another thread has begun
        try {
            return copy.reading.get();
        } catch (ExecutionException e) {
            recent.updateAndGet(copies -> without(copy, copies));
            return binary.read();
        }
    }

    private Copy findOrAdd(LineageBinary binary) {
        Copy added = new Copy(binary);
        List<Copy> now = recent.updateAndGet(copies -> find(binary, copies) == null ? with(added, copies) : copies);
        return Objects.requireNonNull(find(binary, now));
    }

    private static @Nullable Copy find(LineageBinary binary, List<Copy> copies) {
        for (Copy copy : copies) {
            if (copy.binary == binary) {
                return copy;
            }
        }
        return null;
    }

    private static List<Copy> with(Copy added, List<Copy> before) {
        List<Copy> after = new ArrayList<>();
        after.add(added);
        after.addAll(before.subList(0, Math.min(before.size(), KEPT - 1)));
        return List.copyOf(after);
    }

    private static List<Copy> without(Copy failed, List<Copy> before) {
        return before.stream().filter(copy -> copy != failed).toList();
    }

    private static final class Copy {

        private final LineageBinary binary;
        private final FutureTask<LineageBinary.Content> reading;

        Copy(LineageBinary binary) {
            this.binary = binary;
            this.reading = new FutureTask<>(binary::read);
        }
    }
}
