package dev.favilla;

import dev.favilla.lineage.Sink;
import dev.favilla.value.SizeEstimator;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Gathers the records of one partition for the driver, and counts what they take on the way. */
final class Gathering extends Sink {

    /** Records between two looks at the limit; a power of two. */
    private static final int RECORDS_PER_CHECK = 64;

    /** Bytes between two looks at the limit: a few large records could fill the heap. */
    private static final long BYTES_PER_CHECK = 1 << 20;

    /** A reference, in a list that may be half empty. */
    private static final int BYTES_PER_PLACE = 6;

    private final int limit;
    private final ResultSizes.Share share;
    private final SizeEstimator.Sampler sampler = new SizeEstimator.Sampler();
    private final ArrayList<@Nullable Object> records = new ArrayList<>();
    private long checkedBytes;

    /**
     * @param limit how many records are wanted at most
     * @param share told how much they take
     */
    Gathering(int limit, ResultSizes.Share share) {
        this.limit = limit;
        this.share = share;
    }

    @Override
    public boolean push(@Nullable Object record) {
        int size = records.size();
        if (size < limit) {
            records.add(record);
            sampler.add(record);
            if ((size & (RECORDS_PER_CHECK - 1)) == 0 || sampler.bytes() - checkedBytes > BYTES_PER_CHECK) {
                check();
            }
        }
        return records.size() < limit;
    }

    private void check() {
        checkedBytes = sampler.bytes();
        share.hold(checkedBytes + (long) BYTES_PER_PLACE * records.size());
    }

    /**
     * Returns what was gathered.
     *
     * @throws dev.favilla.scheduler.ResultTooLargeException if it is too much, whatever the user's functions between have
     *     made of that
     */
    List<@Nullable Object> finish() {
        check();
        share.finish();
        return records;
    }
}
