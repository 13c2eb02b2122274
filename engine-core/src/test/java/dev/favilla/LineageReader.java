package dev.favilla;

import dev.favilla.closure.Closure;
import dev.favilla.lineage.Dependency;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.Operator;
import dev.favilla.lineage.ShuffleDependency;
import dev.favilla.rdd.BroadcastJoinNode;
import dev.favilla.rdd.CheckpointNode;
import dev.favilla.rdd.CoGroupNode;
import dev.favilla.rdd.CollectionNode;
import dev.favilla.rdd.Combiners;
import dev.favilla.rdd.EmptyNode;
import dev.favilla.rdd.JoinNode;
import dev.favilla.rdd.NarrowNode;
import dev.favilla.rdd.RangeNode;
import dev.favilla.rdd.ShuffledNode;
import dev.favilla.rdd.SourceNode;
import dev.favilla.rdd.arrange.AlignedUnionNode;
import dev.favilla.rdd.arrange.CartesianNode;
import dev.favilla.rdd.arrange.CoalescedNode;
import dev.favilla.rdd.arrange.IndexedNode;
import dev.favilla.rdd.arrange.UnionNode;
import dev.favilla.rdd.arrange.ZippedNode;
import dev.favilla.rdd.narrow.IgnoringIndex;
import dev.favilla.shuffle.Aggregator;
import dev.favilla.shuffle.NaturalKeys;
import dev.favilla.spill.Combiner;
import dev.favilla.spill.GatherValues;
import dev.favilla.text.FileNode;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Says in words what a lineage is made of, as a translator to another engine would read it. */
final class LineageReader {

    private final Map<Object, String> names = new IdentityHashMap<>();

    /** Returns {@code function}, which is to be called {@code name} when it is found again. */
    <F> F named(String name, F function) {
        names.put(function, name);
        return function;
    }

    /** Returns for example {@code map(f) of range from 0 by 1, 10 numbers}. */
    String read(LineageNode node) {
        if (node.cut().isPresent()) {
            return "a checkpoint";
        }
        if (node instanceof NarrowNode narrow) {
            return operator(narrow.operator()) + " of " + read(narrow.parent());
        }
        if (node instanceof ShuffledNode shuffled) {
            return read(shuffled.dependency());
        }
        if (node instanceof JoinNode join) {
            return join.operator().name() + " of " + read(join.left()) + " with "
                    + read(join.operator().right());
        }
        if (node instanceof BroadcastJoinNode join) {
            return join.operator().name() + " of " + read(join.left()) + " with all of "
                    + read(join.operator().right().dataset());
        }
        if (node instanceof CoGroupNode groups) {
            return "cogroup of "
                    + groups.operator().inputs().stream().map(this::read).collect(Collectors.joining(" with "));
        }
        if (node instanceof CartesianNode product) {
            return "cartesian of " + read(product.left()) + " with "
                    + read(product.operator().right());
        }
        if (node instanceof ZippedNode zipped) {
            return operator(zipped.operator()) + " of " + read(zipped.left()) + " with "
                    + read(zipped.operator().right());
        }
        if (node instanceof CoalescedNode coalesced) {
            return "coalesce of " + read(coalesced.parent());
        }
        if (node instanceof IndexedNode indexed) {
            return "indexed " + read(indexed.parent());
        }
        if (node instanceof UnionNode union) {
            return "union of " + readAll(union.parents());
        }
        if (node instanceof AlignedUnionNode union) {
            return "aligned union of " + readAll(union.parents());
        }
        return source(node);
    }

    private static String source(LineageNode node) {
        if (node instanceof CollectionNode collection) {
            return IntStream.range(0, node.numPartitions())
                    .mapToObj(partition -> collection.slice(partition).toString())
                    .collect(Collectors.joining());
        }
        if (node instanceof EmptyNode) {
            return "nothing";
        }
        if (node instanceof RangeNode range) {
            return range.count() + " numbers from " + range.start() + " by " + range.step();
        }
        if (node instanceof SourceNode source) {
            return "records of " + source.source().function() + " in " + source.minSplits();
        }
        if (node instanceof CheckpointNode checkpoint) {
            return "records of " + checkpoint.files();
        }
        if (node instanceof FileNode text) {
            return "lines of " + text.input() + " in " + text.minPartitions();
        }
        throw new AssertionError("Nobody can read " + node + ", a " + node.getClass());
    }

    private String readAll(List<LineageNode> parents) {
        return parents.stream().map(this::read).collect(Collectors.joining(" and "));
    }

    private String read(Dependency dependency) {
        if (dependency instanceof ShuffleDependency shuffle) {
            int reducers = shuffle.spec().numReducers();
            Aggregator aggregator = shuffle.spec().aggregator().orElse(null);
            String moved = aggregator == null ? "moved" : name(aggregator.combiner());
            return moved + " to " + reducers + " of " + read(dependency.parent());
        }
        return read(dependency.parent());
    }

    private String operator(Operator operator) {
        return operator.name()
                + operator.functions().stream().map(this::name).collect(Collectors.joining(", ", "(", ")"));
    }

    private String name(Closure<?> closure) {
        return function(closure.function());
    }

    private String function(@Nullable Object function) {
        if (function instanceof IgnoringIndex<?, ?> ignoring) {
            return function(ignoring.function());
        }
        if (function instanceof Combiner<?, ?> combiner) {
            return combiner(combiner);
        }
        if (function instanceof Combiners.Merging merging) {
            return function(merging.merge());
        }
        if (function instanceof Combiners.Finish finish) {
            return "finish " + function(finish.aggregate());
        }
        if (function instanceof Sampling.OfKey<?> ofKey) {
            return ofKey.known().toString();
        }
        if (function instanceof NaturalKeys) {
            return function.toString();
        }
        String name = names.get(function);
        if (name == null) {
            throw new AssertionError("Nobody knows the function " + function);
        }
        return name;
    }

    private String combiner(Combiner<?, ?> combiner) {
        if (combiner instanceof Combiners.Reduce reduce) {
            return "reduce by " + function(reduce.merge());
        }
        if (combiner instanceof Combiners.Fold fold) {
            return "fold of " + fold.zero().fresh() + " by " + function(fold.add()) + " and " + function(fold.merge());
        }
        if (combiner instanceof Combiners.Combine combine) {
            return "combine by " + function(combine.create()) + ", " + function(combine.add()) + " and "
                    + function(combine.merge());
        }
        if (combiner instanceof Combiners.Parts parts) {
            return "aggregate by " + function(parts.aggregate());
        }
        if (combiner instanceof GatherValues) {
            return "group";
        }
        if (combiner instanceof Combiners.Distinct) {
            return "distinct";
        }
        throw new AssertionError("Nobody can read " + combiner);
    }
}
