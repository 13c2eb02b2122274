package dev.favilla;

import dev.favilla.lineage.Sink;
import dev.favilla.value.SizeEstimator;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Gathers the records of one partition for the driver, and counts what they take on the way. */
final class Gathering extends Sink {

    /** Records between two looks at the limit; a power of two. */
    private static final int RECORDS_PER_CHECK = 64;

    /** Records that take more than this are all measured: a few that were missed could fill the heap. */
    private static final long BULKY_RECORD = 16 << 10;

    /** Arrays and collections with more elements than this are measured, whatever others of their kind take. */
    private static final int MANY_ELEMENTS = 512;

    /** A reference, in a list that may be half empty. */
    private static final int BYTES_PER_PLACE = 6;

    private final int limit;
    private final ResultSizes.Share share;
    private final SizeEstimator estimator = new SizeEstimator();
    private final SizeEstimator.Sampler sampler = new SizeEstimator.Sampler();
    private final ArrayList<@Nullable Object> records = new ArrayList<>();

    /** What was measured and not sampled. */
    private long measuredBytes;

    private boolean bulky;
    private @Nullable Class<?> lastType;
    private boolean lastHasElements;

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
            measure(record);
            if (bulky || (size & (RECORDS_PER_CHECK - 1)) == 0) {
                check();
            }
        }
        return records.size() < limit;
    }

    private void measure(@Nullable Object record) {
        if (record == null) {
            return;
        }
        Class<?> type = record.getClass();
        if (type != lastType) {
            lastType = type;
            lastHasElements =
                    type.isArray() || (isOfJdk(type) && (record instanceof Collection || record instanceof Map));
        }
        if (bulky || (lastHasElements && elements(record) > MANY_ELEMENTS)) {
            long bytes = estimator.estimate(record);
            measuredBytes += bytes;
            bulky |= bytes > BULKY_RECORD;
        } else {
            sampler.add(record);
        }
    }

    /** Others may do anything when asked for their size. */
    private static boolean isOfJdk(Class<?> type) {
        return type.getClassLoader() == null;
    }

    private static int elements(Object record) {
        if (record instanceof Collection<?> collection) {
            return collection.size();
        }
        return record instanceof Map<?, ?> map ? map.size() : Array.getLength(record);
    }

    private void check() {
        long ofRecords = measuredBytes + sampler.bytes();
        bulky = ofRecords > BULKY_RECORD * records.size();
        share.hold(ofRecords + (long) BYTES_PER_PLACE * records.size());
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
