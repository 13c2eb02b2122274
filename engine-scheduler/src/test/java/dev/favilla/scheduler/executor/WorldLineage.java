package dev.favilla.scheduler.executor;

import dev.favilla.closure.Closure;
import dev.favilla.lineage.Cursor;
import dev.favilla.lineage.Dependency;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.NarrowDependency;
import dev.favilla.lineage.ShuffleDependency;
import dev.favilla.lineage.Sink;
import dev.favilla.lineage.TestLineage;
import dev.favilla.shuffle.Aggregator;
import dev.favilla.spill.Combiner;
import dev.favilla.storage.StorageLevel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A random tree of datasets that can really be run, and the oracle that knows their contents.
 *
 * <p>A record is a line {@code key=label,label}. Labels are made by sources and never changed: wherever records go and
 * however they are combined, each label that no filter drops must arrive exactly once. A source that is not
 * deterministic writes into its labels which draw they are from, so that a mix of two runs shows; keys depend on that,
 * so that another run also goes other ways.
 */
final class WorldLineage {

    private static final int KEYS = 7;
    private static final String DROPPED = "";
    private static final Aggregator JOINING = joining();

    /**
     * A row a source has made.
     *
     * @param source which source
     * @param partition its partition
     * @param row which row of the partition
     */
    record Label(int source, int partition, int row) {

        /** @param draw which opening of the source it is from, 0 where all are alike */
        String drawn(long draw) {
            return source + "." + partition + "." + row + "." + draw;
        }

        static Label of(String drawn) {
            String[] parts = drawn.split("\\.", -1);
            return new Label(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]), Integer.parseInt(parts[2]));
        }

        static long drawOf(String drawn) {
            return Long.parseLong(drawn.substring(drawn.lastIndexOf('.') + 1));
        }
    }

    /** A dataset that jobs may read. */
    record Dataset(LineageNode node, List<Label> expected, boolean deterministic) {}

    private final SplittableRandom random;
    private final double nondeterminism;
    private final TestLineage lineage = new TestLineage();
    private final List<Dataset> datasets = new ArrayList<>();
    private final List<Integer> shuffles = new ArrayList<>();
    private final Map<Integer, StorageLevel> persisted = new TreeMap<>();
    private int sources;
    private long draws;

    private WorldLineage(SplittableRandom random, double nondeterminism) {
        this.random = random;
        this.nondeterminism = nondeterminism;
    }

    static WorldLineage random(SplittableRandom random, double nondeterminism) {
        WorldLineage lineage = new WorldLineage(random, nondeterminism);
        lineage.grow(lineage.source(), random.nextInt(1, 7), true);
        return lineage;
    }

    List<Dataset> datasets() {
        return datasets;
    }

    /** Returns the levels that are set, by dataset id. */
    Map<Integer, StorageLevel> persisted() {
        return persisted;
    }

    /** Returns the ids of all shuffles. */
    List<Integer> shuffles() {
        return shuffles;
    }

    private Dataset source() {
        int source = sources++;
        int partitions = random.nextInt(1, 4);
        boolean deterministic = random.nextDouble() >= nondeterminism;
        List<List<Label>> rows = new ArrayList<>();
        for (int partition = 0; partition < partitions; partition++) {
            int ofPartition = partition;
            rows.add(IntStream.range(0, random.nextInt(25))
                    .mapToObj(row -> new Label(source, ofPartition, row))
                    .toList());
        }
        LineageNode node = lineage.source(partitions, partition -> lines(rows.get(partition), deterministic));
        return new Dataset(node, rows.stream().flatMap(List::stream).toList(), deterministic);
    }

    private Iterator<String> lines(List<Label> labels, boolean deterministic) {
        long draw = deterministic ? 0 : ++draws;
        return labels.stream()
                .map(label -> label.drawn(draw))
                .map(label -> line(keyOf(label, 1), label))
                .iterator();
    }

    private Dataset grow(Dataset dataset, int steps, boolean mayJoin) {
        Dataset grown = dataset;
        for (int i = 0; i < steps; i++) {
            grown = next(grown, mayJoin);
            datasets.add(grown);
            if (random.nextInt(4) == 0) {
                StorageLevel level = random.nextBoolean() ? StorageLevel.MEMORY_ONLY : StorageLevel.MEMORY_ONLY_SER;
                persisted.put(grown.node().id(), level);
            }
        }
        return grown;
    }

    private Dataset next(Dataset parent, boolean mayJoin) {
        int salt = random.nextInt();
        int reducers = random.nextInt(1, 4);
        switch (random.nextInt(mayJoin ? 8 : 7)) {
            case 0:
                return with(
                        parent, lineage.map(parent.node(), line -> rekeyed((String) line, salt)), parent.expected());
            case 1:
                return filtered(parent, salt);
            case 2:
                return with(parent, lineage.pull(parent.node(), records -> records), parent.expected());
            case 3:
            case 4:
                return with(parent, shuffled(parent.node(), reducers, null), parent.expected());
            case 5:
            case 6:
                return with(parent, shuffled(parent.node(), reducers, JOINING), parent.expected());
            default:
                return joined(parent, grow(source(), random.nextInt(1, 4), false), reducers);
        }
    }

    private static Dataset with(Dataset parent, LineageNode node, List<Label> expected) {
        return new Dataset(node, expected, parent.deterministic());
    }

    private Dataset filtered(Dataset parent, int salt) {
        LineageNode node = lineage.filter(
                lineage.map(parent.node(), line -> withLabels((String) line, salt)), line -> !line.equals(DROPPED));
        List<Label> left =
                parent.expected().stream().filter(label -> keeps(label, salt)).toList();
        return with(parent, node, left);
    }

    /** Both inputs, one after the other, moved by the same keys. */
    private Dataset joined(Dataset left, Dataset right, int reducers) {
        LineageNode first = shuffled(left.node(), reducers, JOINING);
        LineageNode second = shuffled(right.node(), reducers, null);
        List<Dependency> inputs = List.of(new NarrowDependency(first), new NarrowDependency(second));
        LineageNode node = lineage.read(
                reducers,
                inputs,
                partition -> task -> new OneAfterTheOther(task.open(first, partition), task.open(second, partition)));
        List<Label> all = new ArrayList<>(left.expected());
        all.addAll(right.expected());
        return new Dataset(node, all, left.deterministic() && right.deterministic());
    }

    private LineageNode shuffled(LineageNode parent, int reducers, @Nullable Aggregator aggregator) {
        LineageNode entries = lineage.map(parent, line -> entry((String) line));
        LineageNode moved = lineage.shuffle(entries, reducers, aggregator);
        shuffles.add(((ShuffleDependency) moved.dependencies().get(0)).shuffleId());
        return lineage.map(moved, WorldLineage::line);
    }

    // --- lines

    private static Object entry(String line) {
        int sign = line.indexOf('=');
        return Map.entry(line.substring(0, sign), line.substring(sign + 1));
    }

    private static Object line(Object entry) {
        return line((String) ((Map.Entry<?, ?>) entry).getKey(), (String) ((Map.Entry<?, ?>) entry).getValue());
    }

    private static String line(String key, String labels) {
        return key + "=" + labels;
    }

    static List<String> labelsOf(Object line) {
        String text = (String) line;
        return Arrays.asList(text.substring(text.indexOf('=') + 1).split(","));
    }

    private static String rekeyed(String line, int salt) {
        List<String> labels = labelsOf(line);
        return line(keyOf(labels.get(0), salt), String.join(",", labels));
    }

    private static String keyOf(String label, int salt) {
        return "k" + Math.floorMod(label.hashCode() * 31 + salt, KEYS);
    }

    private static String withLabels(String line, int salt) {
        List<String> left = labelsOf(line).stream()
                .filter(label -> keeps(Label.of(label), salt))
                .toList();
        return left.isEmpty() ? DROPPED : line(line.substring(0, line.indexOf('=')), String.join(",", left));
    }

    private static boolean keeps(Label label, int salt) {
        return Math.floorMod(label.hashCode() * 31 + salt, 5) != 0;
    }

    @SuppressWarnings("unchecked")
    private static Aggregator joining() {
        Combiner<?, ?> combiner = new Joining();
        return new Aggregator(
                Closure.capture((Combiner<@Nullable Object, @Nullable Object>) combiner, "a test"), true, true);
    }

    /** All labels of a key in one line. */
    private record Joining() implements Combiner<String, String> {

        private static final long serialVersionUID = 1L;

        @Override
        public String create(String value) {
            return value;
        }

        @Override
        public String add(String accumulator, String value) {
            return accumulator + "," + value;
        }

        @Override
        public String merge(String left, String right) {
            return left + "," + right;
        }
    }

    private static final class OneAfterTheOther implements Cursor {

        private final Cursor first;
        private final Cursor second;
        private boolean isPastFirst;

        OneAfterTheOther(Cursor first, Cursor second) {
            this.first = first;
            this.second = second;
        }

        @Override
        public boolean drive(Sink sink, int max) throws Exception {
            if (!isPastFirst) {
                isPastFirst = !first.drive(sink, max);
                return true;
            }
            return second.drive(sink, max);
        }
    }
}
