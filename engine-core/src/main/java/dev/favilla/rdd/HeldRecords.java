package dev.favilla.rdd;

import dev.favilla.memory.MemoryAccount;
import dev.favilla.value.SizeEstimator;
import org.jspecify.annotations.Nullable;

/** Pays for the records that an operator holds, by an estimate of their size. */
final class HeldRecords {

    private static final int RECORDS_PER_CHARGE = 1024;

    /** A hash map's node and slot, which every held record may cost beside its own size. */
    private static final long BYTES_PER_RECORD = 48;

    private final MemoryAccount memory;
    private final SizeEstimator.Sampler sampler = new SizeEstimator.Sampler();
    private long records;
    private long chargedBytes;

    HeldRecords(MemoryAccount memory) {
        this.memory = memory;
    }

    /**
     * Counts a record in.
     *
     * @throws dev.favilla.memory.ExecutionMemoryExhaustedException if it cannot be held
     */
    void add(@Nullable Object record) {
        sampler.add(record);
        if (++records % RECORDS_PER_CHARGE == 0) {
            charge();
        }
    }

    /** Pays for all that were counted in. */
    void charge() {
        long bytes = sampler.bytes() + records * BYTES_PER_RECORD;
        if (bytes > chargedBytes) {
            memory.require(bytes - chargedBytes);
            chargedBytes = bytes;
        }
    }

    /** Gives everything back. Doing so twice is harmless. */
    void release() {
        memory.release(chargedBytes);
        chargedBytes = 0;
    }
}
