package dev.favilla.memory;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Execution memory held by one owner.
 *
 * <p><b>Threads.</b> Used by one thread at a time, but for {@link #cancel}; the manager behind it is shared.
 */
public interface MemoryAccount extends AutoCloseable {

    /** As {@link #reserve(long, Spillable)}, for something that cannot be moved out. */
    default long reserve(long bytes) {
        return reserve(bytes, null);
    }

    /**
     * Asks for {@code bytes} and returns how many were granted, between 0 and {@code bytes}, and no more than the fair
     * share. Before granting less than was asked, cached blocks above the protected share are evicted, map outputs
     * written out, and this owner's spillables asked to spill. A task that holds less than half a share first waits, a
     * second at most, for those who hold more than theirs.
     *
     * @param asking what the memory is for, which is asked last
     * @throws TaskKilledException if the task was told to stop while it waited
     */
    long reserve(long bytes, @Nullable Spillable asking);

    /** As {@link #require(long, Spillable)}, for something that cannot be moved out. */
    default void require(long bytes) {
        require(bytes, null);
    }

    /**
     * Reserves all of {@code bytes} or nothing. Before that is refused, everything that can be given back is; then a
     * task waits for younger ones, or gives way to an older one.
     *
     * @param asking what the memory is for, which is asked last
     * @throws ExecutionMemoryExhaustedException if they cannot be granted
     * @throws TaskKilledException if the task gave way, which {@link #onGivingWay} was told, or was told to stop while it
     *     waited
     */
    void require(long bytes, @Nullable Spillable asking);

    /**
     * Has this owner's spillables move out what others have a right to and wait for. Costs next to nothing when nobody
     * does, so whoever holds much and asks for nothing looks here now and then.
     *
     * @param asking what looks, which is asked last
     */
    void settle(@Nullable Spillable asking);

    /** Gives {@code bytes} back; giving back more than is held gives back what is held. */
    void release(long bytes);

    /**
     * Moves {@code bytes} to another execution account of the same manager in one step: nobody can get in between, and
     * nothing is evicted for it. What this account lacks is required first.
     *
     * @throws ExecutionMemoryExhaustedException if this account holds less and cannot get the rest; nothing is moved
     */
    void moveTo(MemoryAccount other, long bytes);

    /** Returns the bytes held now. */
    long reservedBytes();

    /**
     * Registers something that can make room; it is asked when a request of this owner cannot be granted. May be called
     * while others are being asked.
     */
    void register(Spillable spillable);

    /** Removes a registered spillable; unknown ones are ignored. */
    void unregister(Spillable spillable);

    /** Has {@code attempt} told, on the owner's thread, why it has to end when this account gave way to an older one. */
    void onGivingWay(Consumer<String> attempt);

    /** Ends a wait of the owner, present or future, with {@link TaskKilledException}. May be called from any thread. */
    void cancel(String reason);

    /** Gives everything back; closing twice is harmless. */
    @Override
    void close();
}
