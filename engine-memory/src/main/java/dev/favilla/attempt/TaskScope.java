package dev.favilla.attempt;

import dev.favilla.fault.FaultProbe;
import dev.favilla.memory.MemoryAccount;
import dev.favilla.memory.TaskKilledException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Everything one attempt holds while it runs, handed explicitly from layer to layer: its never reused id, its kill
 * flag, its memory, its metrics, the input it found lost, and what must be given back when it ends.
 *
 * <p><b>Threads.</b> {@link #kill} and {@link #killReason} may be called from any thread; all else belongs to the
 * thread that runs the attempt.
 *
 * <p><b>Failures.</b> {@link #close} runs every release even if some throw, and then throws the first error with the
 * others suppressed.
 */
public final class TaskScope implements AutoCloseable {

    private final long attemptId;
    private final String owner;
    private final MemoryAccount memory;
    private final FaultProbe faults;
    private final TaskMetrics metrics = new TaskMetrics();
    private boolean succeeded;
    private final Deque<Runnable> releases = new ArrayDeque<>();
    private final Map<Object, Object> attachments = new HashMap<>();

    private volatile @Nullable String killReason;
    private @Nullable RuntimeException lostInput;
    private boolean lending;

    /** The scope of an attempt that no test kit watches. */
    public TaskScope(long attemptId, String owner, MemoryAccount memory) {
        this(attemptId, owner, memory, FaultProbe.NONE);
    }

    /**
     * @param attemptId unique in the context, never reused
     * @param owner how errors name this attempt
     * @param memory the attempt's account, closed with this scope
     * @param faults told which sites the attempt reaches
     */
    public TaskScope(long attemptId, String owner, MemoryAccount memory, FaultProbe faults) {
        this.attemptId = attemptId;
        this.owner = owner;
        this.memory = memory;
        this.faults = faults;
        memory.onGivingWay(this::kill);
    }

    public long attemptId() {
        return attemptId;
    }

    /** Returns how errors name this attempt, for example {@code task 12.1 (stage 2, partition 7)}. */
    public String owner() {
        return owner;
    }

    public MemoryAccount memory() {
        return memory;
    }

    public TaskMetrics metrics() {
        return metrics;
    }

    /** Returns where a test kit may step into this attempt; {@link FaultProbe#NONE} in earnest. */
    public FaultProbe faults() {
        return faults;
    }

    /** Asks the attempt to stop at its next step, and ends its wait for memory. The first reason given stays. */
    public void kill(String reason) {
        if (killReason == null) {
            killReason = reason;
        }
        memory.cancel(reason);
    }

    /** Returns why the attempt was asked to stop, if it was. */
    public Optional<String> killReason() {
        return Optional.ofNullable(killReason);
    }

    /**
     * Ends the attempt if it was asked to stop.
     *
     * @throws TaskKilledException if {@link #kill} was called
     */
    public void checkKilled() {
        String reason = killReason;
        if (reason != null) {
            throw new TaskKilledException(owner, reason);
        }
    }

    /**
     * Records that an input of this attempt could not be fetched, so that user code that catches the exception cannot
     * turn a lost input into a result. The first one stays.
     */
    public void recordLostInput(RuntimeException failure) {
        if (lostInput == null) {
            lostInput = failure;
        }
    }

    /** Returns the lost input that was recorded, if any. */
    public Optional<RuntimeException> lostInput() {
        return Optional.ofNullable(lostInput);
    }

    /**
     * Says that records of this attempt may refer to what goes with it. Whoever hands records on to those who outlive the
     * attempt, and hands on references, then hands on copies.
     */
    public void lend() {
        lending = true;
    }

    /** Returns whether records of this attempt may refer to what goes with it. */
    public boolean lends() {
        return lending;
    }

    /** Returns what this attempt keeps under {@code key}, making it on the first call. */
    public <T> T attachment(Object key, Class<T> type, Supplier<? extends T> make) {
        Object value = attachments.get(key);
        if (value == null) {
            value = make.get();
            attachments.put(key, value);
        }
        return type.cast(value);
    }

    /** Returns what this attempt keeps under {@code key}, if it keeps anything. */
    public <T> Optional<T> attached(Object key, Class<T> type) {
        return Optional.ofNullable(attachments.get(key)).map(type::cast);
    }

    /** Runs {@code release} when the attempt ends, whatever its outcome; the last registered runs first. */
    public void onClose(Runnable release) {
        releases.push(release);
    }

    /**
     * Gives back everything the attempt holds. The memory that nobody else has given back counts as
     * {@link Metric#MEMORY_BYTES_LEAKED} if the attempt has {@linkplain #succeed succeeded}: one that fails may leave
     * anything. Closing twice is harmless.
     */
    @Override
    public void close() {
        Throwable first = null;
        while (!releases.isEmpty()) {
            first = run(releases.pop(), first);
        }
        if (succeeded) {
            metrics.add(Metric.MEMORY_BYTES_LEAKED, memory.reservedBytes());
        }
        first = run(memory::close, first);
        attachments.clear();
        if (first instanceof Error error) {
            throw error;
        }
        if (first instanceof RuntimeException exception) {
            throw exception;
        }
        if (first != null) { // checked, and thrown all the same
            throw new IllegalStateException("Giving back what " + owner + " holds failed", first);
        }
    }

    /** Says that the attempt has done all it had to do. */
    public void succeed() {
        succeeded = true;
    }

    private static @Nullable Throwable run(Runnable release, @Nullable Throwable first) {
        try {
            release.run();
            return first;
        } catch (Throwable t) { // every release must run; the first error is rethrown by close
            if (first == null) {
                return t;
            }
            if (first != t) { // the JVM may throw the same OutOfMemoryError twice
                first.addSuppressed(t);
            }
            return first;
        }
    }
}
