package dev.favilla.io;

import java.io.Serializable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the records of a dataset come from, cut into splits: implement it to read what the engine does not know.
 *
 * <p>Captured where it is passed, as functions are: attempts see it as it was then, and each has its own copy if it could
 * be changed.
 *
 * <p><b>Repeatability.</b> A split may be read any number of times, also by two attempts at once, and should give the same
 * records in the same order each time. What was computed from one reading is noticed to differ from another, and computed
 * again; that costs time.
 *
 * @param <T> the type of the records, which may be null
 */
public interface Source<T extends @Nullable Object> extends Serializable {

    /**
     * Lists the parts. Called outside of tasks, when the partitions are first asked for, on the object that was passed;
     * the answer then stays. A call that throws is made again when they are next asked for.
     *
     * @param minSplits how many are wanted at least; a wish
     */
    List<? extends Split> splits(int minSplits) throws Exception;

    /** Opens one of the parts. Called in a task, for each attempt that reads it. */
    SourceReader<T> open(Split split) throws Exception;
}
