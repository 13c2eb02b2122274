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
    private final Object owner;
    private final MemoryAccount memory;
    private final FaultProbe faults;
    private final TaskMetrics metrics = new TaskMetrics();
    private boolean succeeded;

    /** What is to be given back at the end, the first registered first; null while there is nothing. */
    private @Nullable Deque<Runnable> releases;

    /** What this attempt alone keeps; null while it keeps nothing. */
    private @Nullable Map<Object, Object> attachments;

    private Map<Object, Object> shared = Map.of();

    private volatile @Nullable String killReason;

    /** The same without a reason, for {@link #glanceAtKill}; not volatile. */
    private boolean killed;

    private @Nullable RuntimeException lostInput;
    private boolean lending;
    private FunctionObserver functions = FunctionObserver.NONE;

    /** The scope of an attempt that no test kit watches. */
    public TaskScope(long attemptId, Object owner, MemoryAccount memory) {
        this(attemptId, owner, memory, FaultProbe.NONE);
    }

    /**
     * @param attemptId unique in the context, never reused
     * @param owner whose text is how errors name this attempt; asked for it only when there is one
     * @param memory the attempt's account, closed with this scope
     * @param faults told which sites the attempt reaches
     */
    public TaskScope(long attemptId, Object owner, MemoryAccount memory, FaultProbe faults) {
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
        return owner.toString();
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
            killed = true;
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
            throw new TaskKilledException(owner(), reason);
        }
    }

    /**
     * As {@link #checkKilled}, for a look at each record between two of those. It reads a plain field, so that a compiler
     * may keep others in registers. Where the loop around it calls anything that could block, the flag
     * is read again after the call; where it calls nothing, the look may be left out until the loop ends.
     */
    public void glanceAtKill() {
        if (killed) {
            checkKilled();
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

    /** Has {@code observer} see the functions that this attempt is given from now on. */
    public void observeFunctions(FunctionObserver observer) {
        functions = observer;
    }

    /** Returns who sees the functions that this attempt is given. */
    public FunctionObserver functions() {
        return functions;
    }

    /** Makes an attachment that each attempt has of its own, when it first asks for it. */
    @FunctionalInterface
    public interface PerAttempt {

        Object make(TaskScope scope);
    }

    /**
     * Has this attempt find what others find, too, where it keeps nothing of its own.
     *
     * @param found by key, the same for all attempts of an executor; for a {@link PerAttempt} what it makes is found
     */
    public void share(Map<Object, Object> found) {
        shared = found;
    }

    /** Returns what this attempt keeps or shares under {@code key}, making it on the first call. */
    public <T> T attachment(Object key, Class<T> type, Supplier<? extends T> make) {
        Object value = find(key);
        return type.cast(value == null ? keep(key, make.get()) : value);
    }

    /** Returns what this attempt alone keeps under {@code key}; null if there is nothing. */
    public <T> @Nullable T kept(Object key, Class<T> type) {
        return attachments == null ? null : type.cast(attachments.get(key));
    }

    private @Nullable Object find(Object key) {
        Object own = attachments == null ? null : attachments.get(key);
        if (own != null) {
            return own;
        }
        Object common = shared.get(key);
        return common instanceof PerAttempt each ? keep(key, each.make(this)) : common;
    }

    private Object keep(Object key, Object value) {
        if (attachments == null) {
            attachments = new HashMap<>(2); // for what nearly all attempts keep
        }
        attachments.put(key, value);
        return value;
    }

    /** Runs {@code release} when the attempt ends, whatever its outcome; the last registered runs first. */
    public void onClose(Runnable release) {
        releases().addLast(release);
    }

    /** Runs {@code release} when the attempt ends, after all that was or will be registered by {@link #onClose}. */
    public void afterOthers(Runnable release) {
        releases().addFirst(release);
    }

    private Deque<Runnable> releases() {
        if (releases == null) {
            releases = new ArrayDeque<>(4);
        }
        return releases;
    }

    /**
     * Gives back everything the attempt holds. The memory that nobody else has given back counts as
     * {@link Metric#MEMORY_BYTES_LEAKED} if the attempt has {@linkplain #succeed succeeded}: one that fails may leave
     * anything. Closing twice is harmless.
     */
    @Override
    public void close() {
        Throwable first = null;
        while (releases != null && !releases.isEmpty()) {
            first = run(releases.removeLast(), first);
        }
        if (succeeded) {
            metrics.add(Metric.MEMORY_BYTES_LEAKED, memory.reservedBytes());
        }
        try {
            memory.close();
        } catch (Throwable t) { // as in run
            first = joined(first, t);
        }
        attachments = null;
        shared = Map.of();
        if (first instanceof Error error) {
            throw error;
        }
        if (first instanceof RuntimeException exception) {
            throw exception;
        }
        if (first != null) { // checked, and thrown all the same
            throw new IllegalStateException("Giving back what " + owner() + " holds failed", first);
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
            return joined(first, t);
        }
    }

    private static Throwable joined(@Nullable Throwable first, Throwable next) {
        if (first == null) {
            return next;
        }
        if (first != next) { // the JVM may throw the same OutOfMemoryError twice
            first.addSuppressed(next);
        }
        return first;
    }
}
