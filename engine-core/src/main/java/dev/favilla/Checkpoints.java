package dev.favilla;

import dev.favilla.io.FileCodec;
import dev.favilla.job.JobProperties;
import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.Dependency;
import dev.favilla.lineage.LineageCut;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.Operator;
import dev.favilla.rdd.CheckpointException;
import dev.favilla.rdd.CheckpointRecipe;
import dev.favilla.rdd.NarrowNode;
import dev.favilla.rdd.Node;
import dev.favilla.rdd.OnlyCached;
import dev.favilla.rdd.narrow.KeepOperator;
import dev.favilla.scheduler.JobHandle;
import dev.favilla.shuffle.Partitioner;
import dev.favilla.text.CheckpointFiles;
import dev.favilla.text.FileOutput;
import dev.favilla.text.ObjectPartFormat;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * The datasets of one context that are marked for a checkpoint, and what makes one of them: after an action that has
 * reached it, a job of its own writes it, or sees to it that all of it is cached, and then its lineage is cut.
 *
 * <p><b>Threads.</b> May be used from any thread. Of two actions that reach a marked dataset at once one writes it; the
 * other does not wait for that.
 */
final class Checkpoints {

    /** The local property with which an action writes all marked datasets it reaches, not only the last of each chain. */
    static final String ALL_MARKED = "favilla.checkpoint.allMarkedAncestors";

    /** How often the partitions of a local checkpoint are computed to have all of them in the cache. */
    private static final int MAX_TRIES = 3;

    private final Datasets datasets;
    private final Engine engine;
    private final JobRunner jobs;
    private final CheckpointDirectory directory;
    private final Reachability reachability;

    /** By dataset. */
    private final Map<Integer, Mark> marks = new ConcurrentHashMap<>();

    Checkpoints(
            Datasets datasets,
            Engine engine,
            JobRunner jobs,
            CheckpointDirectory directory,
            Reachability reachability) {
        this.datasets = datasets;
        this.engine = engine;
        this.jobs = jobs;
        this.directory = directory;
        this.reachability = reachability;
    }

    CheckpointDirectory directory() {
        return directory;
    }

    // ---------------------------------------------------------------- marking

    /** Marks a dataset that is to be written; one that is marked or was cut already stays as it is. */
    void mark(LineageNode node, CallSite site) {
        datasets.requireUsable();
        directory.required();
        if (checkpointOf(node).isEmpty() && marks.putIfAbsent(cuttable(node).id(), new Mark(site, false)) == null) {
            forgetWith(node);
        }
    }

    /** Marks a dataset that is to be kept in the cache only; a mark for a reliable checkpoint gives way. */
    void markLocal(LineageNode node, CallSite site) {
        datasets.requireUsable();
        if (checkpointOf(node).isEmpty()) {
            datasets.keepOnDisk(node);
            if (marks.put(cuttable(node).id(), new Mark(site, true)) == null) {
                forgetWith(node);
            }
        }
    }

    private void forgetWith(LineageNode node) {
        int id = node.id();
        reachability.track(node, () -> marks.remove(id));
    }

    private static Node cuttable(LineageNode node) {
        if (node instanceof Node own) {
            return own;
        }
        throw new UnsupportedOperationException("Cannot checkpoint " + node + ": its lineage cannot be cut, because "
                + node.getClass().getName() + " is not a dev.favilla.rdd.Node. Checkpoint what is made of it, such as"
                + " map(x -> x).");
    }

    /** Returns whether the blocks of a dataset are, or will be, all that is left of it. */
    boolean isLocal(LineageNode node) {
        Mark mark = marks.get(node.id());
        return mark != null ? mark.local : node.cut().map(LineageCut::toBlocks).orElse(false);
    }

    /** Returns what a checkpoint has put in the place of a dataset's lineage. */
    static Optional<CheckpointRecipe> checkpointOf(LineageNode node) {
        return node instanceof Node own ? own.checkpoint() : Optional.empty();
    }

    // ---------------------------------------------------------------- what an action reaches

    /** Returns whether an action on {@code target} is to be followed by checkpoints. */
    boolean isDue(LineageNode target, JobProperties properties) {
        return !marks.isEmpty() && !due(target, properties).isEmpty();
    }

    /** Makes the checkpoints of what an action has reached. */
    void follow(JobRunner.Request action, Consumer<JobHandle> begun) {
        if (marks.isEmpty()) {
            return;
        }
        for (Node node : due(action.target(), action.properties())) {
            Mark mark = marks.get(node.id());
            if (mark != null && mark.busy.compareAndSet(false, true)) {
                try {
                    make(new Making(node, mark, action.properties(), begun));
                } finally {
                    mark.busy.set(false);
                }
            }
        }
    }

    /** Returns the marked datasets that are nearest to {@code target}, or all that are reached, ancestors first. */
    private Collection<Node> due(LineageNode target, JobProperties properties) {
        boolean all = Boolean.parseBoolean(properties.local().get(ALL_MARKED));
        SortedMap<Integer, Node> found = new TreeMap<>();
        Set<Integer> seen = new HashSet<>();
        Deque<LineageNode> open = new ArrayDeque<>(); // of our own: the lineage may be longer than the thread's stack
        open.push(target);
        while (!open.isEmpty()) {
            LineageNode node = open.pop();
            if (!seen.add(node.id())) {
                continue;
            }
            boolean marked = marks.containsKey(node.id()) && node instanceof Node;
            if (marked) {
                found.put(node.id(), (Node) node);
            }
            if (all || !marked) {
                for (Dependency dependency : node.dependencies()) {
                    open.push(dependency.parent());
                }
            }
        }
        return found.values();
    }

    // ---------------------------------------------------------------- making

    private void make(Making making) {
        if (making.node.cut().isEmpty()) { // else another action was first
            making.node.cut(making.mark.local ? kept(making) : written(making));
        }
        marks.remove(making.node.id(), making.mark);
    }

    private CheckpointRecipe written(Making making) {
        String path = directory.required() + "/rdd-" + making.node.id();
        FileOutput output = FileOutput.begin(path, new ObjectPartFormat(), FileCodec.NONE, making.mark.site);
        List<CheckpointFiles.Written> parts = write(making, output);
        Set<Class<?>> classes = new LinkedHashSet<>(List.of(Pair.class));
        parts.forEach(part -> classes.addAll(part.classes()));
        CheckpointFiles files = CheckpointFiles.in(path, List.copyOf(classes), directory.limits());
        Partitioner partitioner = making.node.partitioner().orElse(null);
        if (partitioner != null) {
            files.writePartitioner(partitioner, engine.serializer());
        }
        if (directory.cleans()) {
            reachability.track(making.node, files::delete);
        }
        List<Long> inputVersions =
                parts.stream().map(CheckpointFiles.Written::inputVersion).toList();
        return new CheckpointRecipe(files, partitioner, new LineageCut(inputVersions, false), path);
    }

    private List<CheckpointFiles.Written> write(Making making, FileOutput output) {
        try {
            List<CheckpointFiles.Written> parts =
                    run(making, CheckpointFiles.writer(output, making.mark.site.toString()));
            output.commit(parts.stream().map(CheckpointFiles.Written::file).toList());
            return parts;
        } catch (RuntimeException | Error e) {
            try {
                output.abort();
            } catch (RuntimeException left) { // the reason for it comes first
                e.addSuppressed(left);
            }
            throw e;
        }
    }

    private CheckpointRecipe kept(Making making) {
        Node node = making.node;
        datasets.keepOnDisk(node); // unpersist may have been called since
        int kept = 0;
        for (int tries = 0; tries < MAX_TRIES; tries++) { // a block may go with its executor as soon as it is made
            List<Long> inputVersions = run(making, new KeepOperator());
            kept = engine.executors().sizeOf(node.id()).partitions();
            if (kept >= node.numPartitions()) {
                OnlyCached source = new OnlyCached(node.id(), node.toString());
                LineageCut cut = new LineageCut(inputVersions, true);
                return new CheckpointRecipe(source, node.partitioner().orElse(null), cut, null);
            }
        }
        throw new CheckpointException("Cannot cut the lineage of " + node + " (" + making.mark.site + "): of "
                + node.numPartitions() + " partitions only " + kept + " could be cached. Make room in memory or on"
                + " local disk, or use checkpoint().");
    }

    /** Runs an operator on each partition, which makes one record of it. */
    private <R> List<R> run(Making making, Operator operator) {
        CallSite site = making.mark.site;
        LineageNode target = new NarrowNode(datasets.nextId(), site, making.node, operator);
        List<Integer> all = Datasets.indexes(0, target.numPartitions());
        Actions.Collect collect = new Actions.Collect(site.operation(), Integer.MAX_VALUE);
        return RDDActions.result(
                jobs.run(new JobRunner.Request(target, all, collect, site, making.properties), making.begun));
    }

    /**
     * A dataset that is being written or kept.
     *
     * @param begun told of the job that does it
     */
    private record Making(Node node, Mark mark, JobProperties properties, Consumer<JobHandle> begun) {}

    /** That somebody wants a checkpoint. */
    private static final class Mark {

        private final CallSite site;
        private final boolean local;

        /** Whether an action is making it. */
        private final AtomicBoolean busy = new AtomicBoolean();

        Mark(CallSite site, boolean local) {
            this.site = site;
            this.local = local;
        }
    }
}
