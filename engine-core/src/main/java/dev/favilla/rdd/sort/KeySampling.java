package dev.favilla.rdd.sort;

import dev.favilla.attempt.TaskScope;
import dev.favilla.lineage.EntryExtractor;
import dev.favilla.lineage.Sink;
import dev.favilla.memory.MemoryMeter;
import dev.favilla.serializer.RecordCopier;
import dev.favilla.task.TaskContext;
import dev.favilla.value.SizeEstimator;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Chooses keys of the records of one partition by chance, which is seeded by the partition's number. The keys are the
 * attempt's own: a source may use one object for many records.
 */
final class KeySampling extends Sink implements AutoCloseable {

    /** Keys between two looks at the account; a power of two. */
    private static final int KEYS_PER_CHECK = 256;

    private static final int BYTES_PER_REFERENCE = 8;

    private final EntryExtractor entries;

    /** How many keys at most. */
    private final int most;

    /** The share of records whose keys are taken while there is place. */
    private final double share;

    private final RecordCopier copier;
    private final MemoryMeter memory;
    private final SplittableRandom random;
    private final SizeEstimator.Sampler sizes = new SizeEstimator.Sampler();
    private final ArrayList<@Nullable Object> keys = new ArrayList<>();
    private long records;
    private long taken;

    private KeySampling(EntryExtractor entries, int most, double share, TaskScope scope) {
        this.entries = entries;
        this.most = most;
        this.share = share;
        this.copier = RecordCopier.of(scope);
        this.memory = new MemoryMeter(scope.memory());
        this.random = new SplittableRandom(TaskContext.getPartitionId());
    }

    /** Chooses {@code most} keys, or all if there are fewer; each set of records is as likely as any other. */
    static KeySampling reservoir(EntryExtractor entries, int most, TaskScope scope) {
        return new KeySampling(entries, most, 1, scope);
    }

    /** Chooses about {@code share} of the keys. */
    static KeySampling share(EntryExtractor entries, double share, TaskScope scope) {
        return new KeySampling(entries, Integer.MAX_VALUE, share, scope);
    }

    @Override
    public boolean push(@Nullable Object record) {
        records++;
        if (keys.size() < most) {
            if (share >= 1 || random.nextDouble() < share) {
                keys.add(own(record));
            }
        } else {
            long place = random.nextLong(records);
            if (place < most) {
                keys.set((int) place, own(record));
            }
        }
        return true;
    }

    private @Nullable Object own(@Nullable Object record) {
        Object key = copier.isolate(entries.key(record));
        sizes.add(key);
        if ((++taken & (KEYS_PER_CHECK - 1)) == 0) {
            memory.hold(
                    (long) ((double) sizes.bytes() / taken * keys.size()) + (long) BYTES_PER_REFERENCE * keys.size());
        }
        return key;
    }

    /** Returns how many records there were. */
    long records() {
        return records;
    }

    List<@Nullable Object> keys() {
        return keys;
    }

    /** Gives the memory back; the keys go on as a result. */
    @Override
    public void close() {
        memory.close();
    }
}
