package dev.favilla.scheduler.dag;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.storage.BlockId;
import dev.favilla.storage.PublishedBlock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which partitions are known to be cached, where, and with what contents.
 *
 * <p>Where a block lies is a hint: it may be gone before its drop is told, and a task that misses it says so. What a
 * block holds is compared: who first makes or reads one fixes the contents of its partition, and whoever makes or reads
 * one later, computed from the same inputs, must have found the same. If not, its dataset is not deterministic. An attempt
 * that could have known better is void: one that read a block nobody else should, or one that was launched before the
 * contents were used last and made others. Otherwise the older contents were not to be had, and attempts that may have
 * used them are void: those launched before the older block was gone everywhere. That moment, as the id of the first
 * attempt launched after it, is the dataset's first valid attempt.
 */
final class CachedPartitions {

    private final Map<Integer, Dataset> datasets = new HashMap<>();

    /**
     * The first valid attempts of datasets that have changed. Those of unpersisted ones, too: blocks of other datasets were made from
     * them and are told apart by these numbers.
     */
    private final Map<Integer, Long> firstValidAttempts = new HashMap<>();

    /** Returns whether an attempt that made a block contradicts those who used other contents of its partition. */
    boolean contradictsAsMade(long attemptId, PublishedBlock block) {
        Contents known = contents(block.id());
        return known != null && known.differFrom(block) && !known.areGone() && attemptId < known.usedUntil;
    }

    /** Returns whether what an attempt has used of a partition contradicts those who used other contents of it. */
    boolean contradictsAsUsed(PublishedBlock block) {
        Contents known = contents(block.id());
        return known != null && known.differFrom(block);
    }

    private @Nullable Contents contents(BlockId block) {
        Dataset dataset = datasets.get(block.rddId());
        return dataset == null ? null : dataset.contents.get(block.partition());
    }

    /** Notes that contents have gone into a result, wherever their block lies. */
    void use(PublishedBlock block, long nextAttemptId) {
        Dataset dataset = kept(block.id().rddId());
        Contents known = dataset.contents.get(block.id().partition());
        if (known == null || known.inputVersion != block.inputVersion()) {
            dataset.contents.put(block.id().partition(), new Contents(block, nextAttemptId));
        } else {
            known.usedAgain(nextAttemptId);
        }
    }

    private Dataset kept(int rddId) {
        Dataset dataset = datasets.computeIfAbsent(rddId, id -> new Dataset());
        dataset.unpersisted = false;
        return dataset;
    }

    /**
     * Notes that a block is visible on an executor.
     *
     * @param nextAttemptId the id the next attempt will have
     * @return if its contents differ from those of an older block: the first attempt that cannot have read that one
     */
    OptionalLong add(ExecutorId executor, PublishedBlock block, long nextAttemptId) {
        Dataset dataset = kept(block.id().rddId());
        int partition = block.id().partition();
        Contents older = dataset.contents.put(partition, new Contents(block, nextAttemptId));
        dataset.copies.computeIfAbsent(executor, id -> new BitSet()).set(partition);
        dataset.believe(executor, partition);
        if (older == null || !older.differFrom(block)) {
            return OptionalLong.empty();
        }
        long firstWithout = older.areGone() ? older.goneSince : nextAttemptId;
        change(block.id().rddId(), firstWithout);
        return OptionalLong.of(firstWithout);
    }

    /** Notes that attempts before {@code firstWithout} may have read something of a dataset that is void. */
    void change(int rddId, long firstWithout) {
        firstValidAttempts.merge(rddId, firstWithout, Math::max);
    }

    /** Returns the executors that have a block of a partition, but for {@code executor}. */
    List<ExecutorId> others(BlockId block, ExecutorId executor) {
        Dataset dataset = datasets.get(block.rddId());
        List<ExecutorId> others = new ArrayList<>();
        if (dataset != null) {
            dataset.copies.forEach((holder, partitions) -> {
                if (!holder.equals(executor) && partitions.get(block.partition())) {
                    others.add(holder);
                }
            });
        }
        return others;
    }

    /** Notes that a block is gone. */
    void drop(ExecutorId executor, BlockId block, long nextAttemptId) {
        Dataset dataset = datasets.get(block.rddId());
        if (dataset != null) {
            BitSet one = new BitSet();
            one.set(block.partition());
            dataset.lose(executor, one, nextAttemptId);
        }
    }

    /** Notes that all blocks of a dataset are gone. */
    void drop(int rddId, long nextAttemptId) {
        Dataset dataset = datasets.get(rddId);
        if (dataset != null) {
            Map.copyOf(dataset.copies).forEach((executor, had) -> dataset.lose(executor, had, nextAttemptId));
        }
    }

    /** Notes that an executor is gone with all its blocks. */
    void forget(ExecutorId executor, long nextAttemptId) {
        for (Dataset dataset : datasets.values()) {
            BitSet had = dataset.copies.get(executor);
            if (had != null) {
                dataset.lose(executor, had, nextAttemptId);
            }
        }
    }

    /** Believes no longer that anything of a dataset is cached, though some of it may be. */
    void doubt(int rddId) {
        Dataset dataset = datasets.get(rddId);
        if (dataset != null) {
            dataset.believed.clear();
            dataset.recount();
        }
    }

    /** Notes that blocks of a dataset are about to be made from those of others. */
    void computes(int rddId, Collection<Integer> from) {
        if (!from.isEmpty()) {
            kept(rddId).from.addAll(from);
        }
    }

    /** Returns the datasets that were made from another, however indirectly. */
    SortedSet<Integer> computedFrom(int rddId) {
        SortedSet<Integer> above = new TreeSet<>();
        Deque<Integer> unvisited = new ArrayDeque<>(List.of(rddId));
        while (!unvisited.isEmpty()) {
            int below = unvisited.remove();
            datasets.forEach((id, dataset) -> {
                if (dataset.from.contains(below) && above.add(id)) {
                    unvisited.add(id);
                }
            });
        }
        return above;
    }

    /**
     * Forgets the contents of a dataset that is no longer kept. What its blocks were made from could be read in them until
     * now, even if the blocks of that are long gone; and attempts that were launched before may still leave blocks of it,
     * so that from what it was made is known until {@link #forgetUnpersisted}.
     */
    void unpersist(int rddId, long nextAttemptId) {
        Dataset dataset = datasets.get(rddId);
        if (dataset != null) {
            dataset.unpersisted = true;
            dataset.contents.clear();
            for (int below : dataset.from) {
                Dataset source = datasets.get(below);
                if (source != null) {
                    source.contents.values().forEach(known -> known.couldBeReadUntil(nextAttemptId));
                }
            }
        }
    }

    /** Forgets an unpersisted dataset: no attempt is left that was launched before it was. */
    void forgetUnpersisted(int rddId) {
        Dataset dataset = datasets.get(rddId);
        if (dataset != null && dataset.unpersisted) {
            datasets.remove(rddId);
        }
    }

    /** Returns whether all {@code partitions} partitions of a dataset are cached somewhere. */
    boolean isComplete(int rddId, int partitions) {
        Dataset dataset = datasets.get(rddId);
        return dataset != null && dataset.count >= partitions;
    }

    boolean contains(int rddId, int partition) {
        Dataset dataset = datasets.get(rddId);
        return dataset != null && dataset.anywhere.get(partition);
    }

    /** Returns an executor of use that has a partition cached, or null. */
    @Nullable
    ExecutorId location(int rddId, int partition, Predicate<ExecutorId> isOfUse) {
        Dataset dataset = datasets.get(rddId);
        if (dataset != null && dataset.anywhere.get(partition)) {
            for (Map.Entry<ExecutorId, BitSet> entry : dataset.believed.entrySet()) {
                if (entry.getValue().get(partition) && isOfUse.test(entry.getKey())) {
                    return entry.getKey();
                }
            }
        }
        return null;
    }

    /** Returns the first attempt that cannot have read anything of a dataset that has changed since; 0 if nothing has. */
    long firstValidAttempt(int rddId) {
        return firstValidAttempts.getOrDefault(rddId, 0L);
    }

    /** What the blocks of a partition are computed from and hold. */
    private static final class Contents {

        private final long inputVersion;
        private final long records;
        private final long digest;

        /** The first attempt launched after they went into a result last. */
        private long usedUntil;

        /**
         * The first attempt launched after the last block was gone, and the last of a dataset forgotten since that was made
         * from it; negative if there may be one.
         */
        private long goneSince = -1;

        Contents(PublishedBlock block, long nextAttemptId) {
            this.inputVersion = block.inputVersion();
            this.records = block.records();
            this.digest = block.digest();
            this.usedUntil = nextAttemptId;
        }

        /** Blocks computed from other inputs are not compared. */
        boolean differFrom(PublishedBlock block) {
            return inputVersion == block.inputVersion() && (records != block.records() || digest != block.digest());
        }

        boolean areGone() {
            return goneSince >= 0;
        }

        void couldBeReadUntil(long nextAttemptId) {
            if (areGone()) {
                goneSince = nextAttemptId;
            }
        }

        void usedAgain(long nextAttemptId) {
            usedUntil = nextAttemptId;
            goneSince = -1;
        }
    }

    /** The cached partitions of one dataset. */
    private static final class Dataset {

        /** Where blocks are taken to be. */
        private final Map<ExecutorId, BitSet> believed = new LinkedHashMap<>();

        /** Where blocks were made and not seen to go. */
        private final Map<ExecutorId, BitSet> copies = new LinkedHashMap<>();

        private final Map<Integer, Contents> contents = new HashMap<>();

        /** The datasets whose blocks its own were made from. */
        private final Set<Integer> from = new HashSet<>();

        private final BitSet anywhere = new BitSet();
        private int count;

        /** Whether it is not kept any more, and nobody was about to make a block of it since. */
        private boolean unpersisted;

        void believe(ExecutorId executor, int partition) {
            believed.computeIfAbsent(executor, id -> new BitSet()).set(partition);
            if (!anywhere.get(partition)) {
                anywhere.set(partition);
                count++;
            }
        }

        void lose(ExecutorId executor, BitSet lost, long nextAttemptId) {
            BitSet gone = (BitSet) lost.clone();
            gone.and(copies.getOrDefault(executor, new BitSet())); // what was gone before went earlier
            remove(believed, executor, gone);
            remove(copies, executor, gone);
            recount();
            copies.values().forEach(gone::andNot);
            gone.stream()
                    .mapToObj(contents::get)
                    .filter(Objects::nonNull)
                    .forEach(known -> known.goneSince = nextAttemptId);
        }

        private static void remove(Map<ExecutorId, BitSet> from, ExecutorId executor, BitSet partitions) {
            BitSet here = from.get(executor);
            if (here != null) {
                here.andNot(partitions);
                if (here.isEmpty()) {
                    from.remove(executor);
                }
            }
        }

        void recount() {
            anywhere.clear();
            believed.values().forEach(anywhere::or);
            count = anywhere.cardinality();
        }
    }
}
