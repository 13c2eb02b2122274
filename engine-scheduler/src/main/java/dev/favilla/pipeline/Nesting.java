package dev.favilla.pipeline;

import dev.favilla.lineage.DatasetPartition;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How deep pipelines are opened from within each other, and what keeps that from filling the stack: below {@value #LEVELS}
 * levels, every partition that has as many below itself is computed whole before those above it, the lowest first.
 *
 * <p>What is computed whole is a list that the memory manager does not know of, until it is read, once.
 *
 * <p><b>Threads.</b> Belongs to its attempt.
 */
abstract class Nesting {

    /** Each may be as deep as a fused chain and {@value PipelineBuilder#NESTED_PULLS} iterators. */
    static final int LEVELS = 32;

    /** What was computed and not read yet; null where nothing ever was. */
    private @Nullable Map<DatasetPartition, RecordBuffer> whole;

    private int level;

    /** Returns which partitions the pipeline of another opens. */
    abstract List<DatasetPartition> beside(DatasetPartition partition);

    /** Makes the records of a partition. */
    abstract RecordBuffer compute(DatasetPartition partition) throws Exception;

    /** Says how many cursors are being driven from now on; returns how many were. */
    int enter(int now) {
        int before = level;
        level = now;
        return before;
    }

    /** Returns the records of a partition that was computed whole and not read yet, for good. */
    @Nullable
    RecordBuffer take(DatasetPartition partition) {
        return whole == null ? null : whole.remove(partition);
    }

    /**
     * Returns the level of a pipeline that is about to be opened: one more than around it, or the first again where those
     * far below it have been computed, so that it is not deep any more.
     */
    int below(DatasetPartition opened) throws Exception {
        if (level < LEVELS) {
            return level + 1;
        }
        int outside = enter(0);
        try {
            flatten(opened);
        } finally {
            enter(outside);
        }
        return 1;
    }

    private void flatten(DatasetPartition top) throws Exception {
        Map<DatasetPartition, RecordBuffer> computed = whole == null ? new HashMap<>() : whole;
        whole = computed;
        Map<DatasetPartition, Integer> heights = new HashMap<>();
        Deque<Visit> path = new ArrayDeque<>();
        path.push(new Visit(top, beside(top).iterator()));
        while (!path.isEmpty()) {
            Visit visit = path.peek();
            if (visit.inner.hasNext()) {
                DatasetPartition inner = visit.inner.next();
                Integer known = computed.containsKey(inner) ? Integer.valueOf(0) : heights.get(inner);
                if (known == null) {
                    path.push(new Visit(inner, beside(inner).iterator()));
                } else {
                    visit.isAbove(known);
                }
                continue;
            }
            path.pop();
            if (visit.height >= LEVELS && !path.isEmpty()) {
                computed.put(visit.partition, compute(visit.partition));
                visit.height = 0;
            }
            heights.put(visit.partition, visit.height);
            if (!path.isEmpty()) {
                path.peek().isAbove(visit.height);
            }
        }
    }

    /** A partition on the way down. */
    private static final class Visit {

        private final DatasetPartition partition;
        private final Iterator<DatasetPartition> inner;

        /** How many pipelines are opened from within each other below. */
        private int height;

        Visit(DatasetPartition partition, Iterator<DatasetPartition> inner) {
            this.partition = partition;
            this.inner = inner;
        }

        void isAbove(int other) {
            height = Math.max(height, other + 1);
        }
    }
}
