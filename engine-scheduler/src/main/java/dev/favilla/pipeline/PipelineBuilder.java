package dev.favilla.pipeline;

import dev.favilla.attempt.TaskScope;
import dev.favilla.fault.FaultSite;
import dev.favilla.lineage.Action;
import dev.favilla.lineage.Cursor;
import dev.favilla.lineage.DatasetPartition;
import dev.favilla.lineage.LineageCut;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.PartitionPlan;
import dev.favilla.lineage.ShuffleDependency;
import dev.favilla.lineage.Sink;
import dev.favilla.lineage.Source;
import dev.favilla.lineage.TaskInputs;
import dev.favilla.pipeline.strict.Place;
import dev.favilla.pipeline.strict.StrictAttempt;
import dev.favilla.scheduler.InputSnapshot;
import dev.favilla.shuffle.MapOutputs;
import dev.favilla.shuffle.ShuffleManager;
import dev.favilla.shuffle.ShuffleReader;
import dev.favilla.storage.BlockId;
import dev.favilla.storage.BlockManager;
import dev.favilla.storage.CachedBlock;
import dev.favilla.storage.RecordChunk;
import dev.favilla.storage.StorageLevel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Assembles the pipelines of one attempt.
 *
 * <p>The plans of a lineage are walked down in a loop until one reads from outside the chain, or until a cached
 * partition makes what lies below it unnecessary. What was passed on the way is then built from the bottom up, again in
 * a loop: runs of push operators become one {@link PushCursor}, each pull step a {@link PullCursor}.
 *
 * <p>Nested pull steps call each other on the stack. After every {@value #NESTED_PULLS} of them the output below is
 * computed whole, while the pipeline is built, and held as a list that the memory manager does not know of; a chain
 * that long is lazy only above its topmost such list. Pipelines opened through {@link #open} by a plan nest inside that
 * plan's cursor, on the stack, as deep as {@link Nesting} lets them.
 *
 * <p><b>Threads.</b> Belongs to the attempt's thread, as do the cursors.
 */
public final class PipelineBuilder implements TaskInputs {

    /** Some eight frames each, so about as deep as a hundred kilobytes of stack. */
    static final int NESTED_PULLS = 256;

    private final TaskScope scope;
    private final InputSnapshot reads;
    private final Map<Integer, StorageLevel> persisted;
    private final BlockManager blocks;
    private final ShuffleManager shuffles;
    private final InputVersions inputVersions;
    private final CodeCache code;

    /** Looks on; null where strict mode is off. */
    private final @Nullable StrictAttempt strict;

    /** In the order in which opening began, so that a pipeline comes before those its plans open; null meanwhile. */
    private final List<@Nullable PipelineCursor> opened = new ArrayList<>(1);

    private final Nesting nesting = new Nesting() {
        @Override
        List<DatasetPartition> beside(DatasetPartition partition) {
            return openedBeside(partition);
        }

        @Override
        RecordBuffer compute(DatasetPartition partition) throws Exception {
            return whole(partition);
        }
    };

    /** The partitions that are collected for the cache; null before the first. */
    private @Nullable Set<BlockId> building;

    /** The cursor that a plan has opened last, which knows the one before; null before the first. */
    private @Nullable OwnedCursor owned;

    /**
     * @param scope the attempt's; whatever is opened is closed with it
     * @param reads the map outputs that the attempt may read
     * @param persisted the levels of the datasets that are to be cached, by id
     * @param blocks the executor's cached partitions
     * @param shuffles reads map outputs
     * @param inputVersions says which cached partitions are still valid
     * @param code classes of their own for chains of operators
     */
    public PipelineBuilder(
            TaskScope scope,
            InputSnapshot reads,
            Map<Integer, StorageLevel> persisted,
            BlockManager blocks,
            ShuffleManager shuffles,
            InputVersions inputVersions,
            CodeCache code) {
        this.scope = scope;
        this.reads = reads;
        this.persisted = persisted;
        this.blocks = blocks;
        this.shuffles = shuffles;
        this.inputVersions = inputVersions;
        this.code = code;
        this.strict = StrictAttempt.of(scope);
    }

    @Override
    public TaskScope scope() {
        return scope;
    }

    @Override
    public ShuffleReader shuffle(ShuffleDependency dependency, int partition) {
        MapOutputs outputs = reads.inputs().get(dependency.shuffleId());
        if (outputs == null) {
            InputMissingException missing = new InputMissingException(scope.owner(), dependency.shuffleId());
            scope.recordLostInput(missing); // user code may catch what is thrown
            throw missing;
        }
        return shuffles.reader(dependency.spec(), outputs, partition, scope);
    }

    @Override
    public Cursor open(LineageNode node, int partition) throws Exception {
        return begin(node, partition);
    }

    private PipelineCursor begin(LineageNode node, int partition) throws Exception {
        DatasetPartition wanted = new DatasetPartition(node, partition);
        RecordBuffer computed = nesting.take(wanted);
        if (computed != null) {
            return new IteratorCursor(computed);
        }
        int level = nesting.below(wanted);
        int place = opened.size();
        opened.add(null);
        PipelineCursor cursor = new NestedCursor(build(wanted), nesting, level);
        opened.set(place, cursor);
        return cursor;
    }

    @Override
    public Iterator<@Nullable Object> pull(LineageNode node, int partition) throws Exception {
        return new PulledRecords(begin(node, partition), scope);
    }

    @Override
    public long inputVersion(LineageNode node, int partition) {
        Optional<LineageCut> cut = node.cut();
        return cut.isPresent() ? cut.get().inputVersion(partition) : inputVersions.of(node, reads);
    }

    /** Pushes all records of {@code records} into {@code sink} until it wants no more, then ends it. */
    public void drive(Cursor records, Sink sink) throws Exception {
        Steps.drive(records, sink, scope);
    }

    /**
     * Opens a partition for an action, which is code of others: in bounded steps with a look at the kill flag before
     * each, and as copies where the action keeps records that may change.
     */
    public Cursor openFor(Action action, LineageNode node, int partition) throws Exception {
        PipelineCursor cursor = begin(node, partition);
        boolean keeps = action.keepsRecords();
        Cursor records =
                strict == null || !keeps ? cursor : strict.handingOn(Place.gathered(node, action.name()), cursor);
        return Steps.guarded(records, scope, keeps && cursor.mayReuse());
    }

    /**
     * Completes the partitions that are being cached in any pipeline opened here, outer pipelines first: one that is
     * being completed still reads from those inside it.
     */
    public void finish() throws Exception {
        for (int i = 0; i < opened.size(); i++) { // completing one may open others
            PipelineCursor cursor = opened.get(i);
            if (cursor != null) {
                cursor.finish();
            }
        }
    }

    private PipelineCursor build(DatasetPartition top) throws Exception {
        List<Step> steps = new ArrayList<>(2); // the one nearest to the source last
        DatasetPartition made = top;
        while (true) {
            Optional<CachedBlock> cached = findOrBegin(made, steps);
            if (cached.isPresent()) {
                return stack(over(cached.get()), watched(steps, made, true));
            }
            PartitionPlan plan = made.dataset().plan(made.number());
            if (plan instanceof PartitionPlan.Read read) {
                scope.faults().reach(FaultSite.SOURCE_OPEN, "");
                return stack(own(read), watched(steps, made, false));
            }
            PartitionPlan.Apply apply = (PartitionPlan.Apply) plan;
            steps.add(Step.of(apply.operator(), made));
            made = new DatasetPartition(apply.parent(), apply.partition());
        }
    }

    /** Returns the steps, the one nearest to the source first. */
    private List<Step> watched(List<Step> steps, DatasetPartition source, boolean cached) {
        Collections.reverse(steps);
        StrictAttempt onlooker = strict;
        return onlooker == null ? steps : Watching.between(steps, source, cached, onlooker);
    }

    private RecordBuffer whole(DatasetPartition wanted) throws Exception {
        RecordBuffer records = new RecordBuffer();
        Steps.drive(begin(wanted.dataset(), wanted.number()), new OwnRecords(records, scope), scope);
        return records;
    }

    /** Walks down as building does, and returns what would be opened beside. */
    private List<DatasetPartition> openedBeside(DatasetPartition top) {
        List<DatasetPartition> others = new ArrayList<>();
        DatasetPartition made = top;
        while (!isCached(made)) {
            PartitionPlan plan = made.dataset().plan(made.number());
            if (plan instanceof PartitionPlan.Read read) {
                others.addAll(read.source().beside(read.partition()));
                return others;
            }
            PartitionPlan.Apply apply = (PartitionPlan.Apply) plan;
            others.addAll(apply.operator().beside(made));
            made = new DatasetPartition(apply.parent(), apply.partition());
        }
        return others;
    }

    private boolean isCached(DatasetPartition made) {
        LineageNode node = made.dataset();
        return (levelOf(node).keeps() || isOnlyCached(node))
                && blocks.find(new BlockId(node.id(), made.number()), inputVersion(node, made.number()), scope)
                        .isPresent();
    }

    /** Returns whether there is nothing left to compute it from. */
    private static boolean isOnlyCached(LineageNode node) {
        Optional<LineageCut> cut = node.cut();
        return cut.isPresent() && cut.get().toBlocks();
    }

    /** Looks for a partition in the cache; where it is to be kept and is not there, has it collected on the way. */
    private Optional<CachedBlock> findOrBegin(DatasetPartition made, List<Step> steps) {
        LineageNode node = made.dataset();
        StorageLevel level = levelOf(node);
        boolean onlyCached = isOnlyCached(node);
        if (!level.keeps() && !onlyCached) {
            return Optional.empty();
        }
        if (strict != null && strict.makesAgain(made)) {
            return Optional.empty();
        }
        BlockId id = new BlockId(node.id(), made.number());
        long inputVersion = inputVersion(node, made.number());
        Optional<CachedBlock> cached = blocks.find(id, inputVersion, scope);
        if (cached.isEmpty()
                && !onlyCached
                && builds(made)
                && isFirstToBuild(id)) { // read twice by one attempt, it is collected once
            steps.add(new Step.Tee(node, blocks.build(id, level, inputVersion, scope), false));
        }
        return cached;
    }

    private StorageLevel levelOf(LineageNode node) {
        return persisted.isEmpty() ? StorageLevel.NONE : persisted.getOrDefault(node.id(), StorageLevel.NONE);
    }

    private boolean isFirstToBuild(BlockId id) {
        if (building == null) {
            building = new HashSet<>();
        }
        return building.add(id);
    }

    private boolean builds(DatasetPartition made) {
        return strict == null || strict.builds(made);
    }

    private static PipelineCursor over(CachedBlock block) {
        List<RecordChunk> chunks = block.chunks();
        return chunks == null ? new IteratorCursor(block.records()) : new ChunkCursor(chunks);
    }

    private PipelineCursor own(PartitionPlan.Read read) throws Exception {
        Source source = read.source();
        Cursor opened = source.open(read.partition(), this); // which may open others
        OwnedCursor before = owned;
        if (before == null) {
            scope.onClose(this::closeOwned);
        }
        owned = new OwnedCursor(opened, source, before);
        return owned;
    }

    private void closeOwned() {
        Throwable first = null;
        for (OwnedCursor cursor = owned; cursor != null; cursor = cursor.before()) {
            try {
                cursor.close();
            } catch (Throwable t) { // user code; the others are to be closed, too
                if (first == null) {
                    first = t;
                } else if (first != t) {
                    first.addSuppressed(t);
                }
            }
        }
        owned = null;
        if (first instanceof Error error) {
            throw error;
        }
        if (first instanceof RuntimeException exception) {
            throw exception;
        }
        if (first != null) { // checked, and thrown all the same
            throw new IllegalStateException("Closing a source of the pipeline failed", first);
        }
    }

    private PipelineCursor stack(PipelineCursor source, List<Step> steps) throws Exception {
        PipelineCursor cursor = source;
        List<Step.Push> fused = List.of(); // whoever adds the first makes a list for it
        int nestedPulls = 0;
        boolean reuses = source.mayReuse();
        for (Step step : steps) {
            if (step instanceof Step.Push push) {
                fused = fused.isEmpty() ? new ArrayList<>(4) : fused;
                fused.add(push instanceof Step.Tee tee && reuses ? tee.copying() : push);
                reuses |= push.mayReuse();
            } else if (step instanceof Step.Pull pull) {
                if (nestedPulls == NESTED_PULLS) {
                    cursor = materialize(new PushCursor(cursor, fused, this, code));
                    fused = List.of();
                    nestedPulls = 0;
                }
                cursor = new PullCursor(new PushCursor(cursor, fused, this, code), pull, this);
                reuses = cursor.mayReuse();
                fused = List.of();
                nestedPulls++;
            }
        }
        return new PushCursor(cursor, fused, this, code);
    }

    private PipelineCursor materialize(PipelineCursor below) throws Exception {
        RecordBuffer records = new RecordBuffer();
        Steps.drive(below, new OwnRecords(records, scope), scope);
        return new IteratorCursor(records);
    }
}
