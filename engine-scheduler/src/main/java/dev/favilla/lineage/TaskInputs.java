package dev.favilla.lineage;

import dev.favilla.attempt.TaskScope;
import dev.favilla.shuffle.ShuffleReader;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** What a partition's plan may reach while an attempt runs it. */
public interface TaskInputs {

    /** Returns the attempt's scope. */
    TaskScope scope();

    /**
     * Opens a partition of a narrow parent as a cursor of its own: its cached block if there is one, else its pipeline.
     */
    Cursor open(LineageNode node, int partition) throws Exception;

    /** As {@link #open}, as an iterator that computes no more than is asked of it. */
    Iterator<@Nullable Object> pull(LineageNode node, int partition) throws Exception;

    /** Returns the input version that a cached partition of a dataset of this stage has: what it is computed from. */
    long inputVersion(LineageNode node, int partition);

    /** Opens what was shuffled to {@code partition}. */
    ShuffleReader shuffle(ShuffleDependency dependency, int partition) throws Exception;
}
