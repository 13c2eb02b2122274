package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.favilla.closure.ClosureNotSerializableException;
import dev.favilla.io.FileCodec;
import dev.favilla.lineage.Action;
import dev.favilla.lineage.LineageBinary;
import dev.favilla.lineage.LineageNode;
import dev.favilla.rdd.NarrowNode;
import dev.favilla.rdd.Node;
import dev.favilla.serializer.JavaRecordSerializer;
import dev.favilla.serializer.KryoSerializer;
import dev.favilla.serializer.SerializationException;
import dev.favilla.serializer.Serializer;
import dev.favilla.shuffle.HashPartitioner;
import dev.favilla.shuffle.Partitioner;
import dev.favilla.stats.Aggregates;
import dev.favilla.text.FileOutput;
import dev.favilla.text.TextPartFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Every kind of dataset and action, written for an isolated executor and read there, does what the original does. */
@Timeout(60) // what grows exponentially is to fail, not to hang
class CopiedLineageTest {

    @AutoClose
    private final EngineContext engine = EngineContext.open("local[2]");

    private final Serializer serializer = new KryoSerializer(List.of());

    @AutoClose
    private final CopiedRun copied = new CopiedRun(serializer, number -> texts().collect());

    @TempDir
    private Path directory;

    @TempDir
    private Path elsewhere;

    private RDD<Integer> numbers() {
        return engine.parallelize(List.of(5, 3, 8, 1, 9, 2, 7), 3);
    }

    private PairRDD<Integer, Integer> pairs() {
        return numbers().keyBy(x -> x % 3);
    }

    private PairRDD<Integer, String> texts() {
        return pairs().mapValues(x -> "v" + x);
    }

    private RDD<Integer> written() {
        engine.setCheckpointDir(elsewhere.toString());
        RDD<Integer> checkpointed = numbers();
        checkpointed.checkpoint();
        checkpointed.count();
        return engine.checkpointFile(checkpointed.getCheckpointFile().orElseThrow());
    }

    private Map<String, RDD<?>> datasets() throws IOException {
        Files.writeString(directory.resolve("a.txt"), "one\ntwo\nthree\n");
        Files.writeString(directory.resolve("b.txt"), "four\nfive");
        List<Integer> state = new ArrayList<>(List.of(10));
        int immutable = numbers().id() + 20;
        PairRDD<Integer, Integer> placed = pairs().partitionBy(new HashPartitioner(2));
        Map<String, RDD<?>> datasets = new LinkedHashMap<>();
        datasets.put("collection", numbers());
        datasets.put("nulls", engine.parallelize(Arrays.asList("a", null, "b"), 2));
        datasets.put("nothing", engine.parallelize(List.of(), 2));
        datasets.put("range", engine.range(3, 40, 4, 3));
        datasets.put("text", engine.textFile(directory.toString(), 3));
        datasets.put("whole texts", engine.wholeTextFiles(directory.toString(), 2));
        datasets.put("source", engine.read(new SourcesAndSinksTest.Numbers(2, 3)));
        datasets.put("map", numbers().map(x -> x + 1));
        datasets.put("map with immutable captures", numbers().map(x -> x + immutable));
        datasets.put("map with mutable captures", numbers().map(x -> x + state.get(0)));
        datasets.put("filter", numbers().filter(x -> x > 4));
        datasets.put("flatMap", numbers().flatMap(x -> List.of(x, -x)));
        datasets.put("mapMulti", numbers().<Integer>mapMulti((x, emit) -> emit.emit(x * x)));
        datasets.put("mapPartitions", numbers().mapPartitions(records -> records));
        datasets.put(
                "mapPartitionsWithIndex",
                numbers().mapPartitionsWithIndex((i, records) -> List.of(i).iterator()));
        datasets.put("keyBy", pairs());
        datasets.put("mapToPair", numbers().mapToPair(x -> Pair.of(x, "v" + x)));
        datasets.put("mapValues", pairs().mapValues(x -> -x));
        datasets.put("keys", pairs().keys());
        datasets.put("values", pairs().values());
        datasets.put("union", numbers().union(numbers().map(x -> -x)));
        datasets.put("aligned union", placed.union(placed.filter(pair -> pair.value() > 4)));
        datasets.put("partitionBy", placed);
        datasets.put("reduceByKey", pairs().reduceByKey(Integer::sum, 2));
        datasets.put("reduceByKey in place", placed.reduceByKey(new HashPartitioner(2), Integer::sum));
        datasets.put("groupByKey", pairs().groupByKey(2).mapValues(CopiedLineageTest::sizeOf));
        datasets.put("groupBy", numbers().groupBy(x -> x % 2).mapValues(CopiedLineageTest::sizeOf));
        datasets.put(
                "aggregateByKey",
                pairs().aggregateByKey(
                                new ArrayList<Integer>(),
                                (list, x) -> {
                                    list.add(x);
                                    return list;
                                },
                                (left, right) -> {
                                    left.addAll(right);
                                    return left;
                                }));
        datasets.put("empty", engine.emptyRDD());
        datasets.put("glom", numbers().glom());
        datasets.put("pipe", numbers().pipe("cat"));
        datasets.put("pipe with variables", numbers().pipe(List.of("sh", "-c", "cat; echo $A"), Map.of("A", "b")));
        datasets.put("coalesce", numbers().coalesce(2));
        datasets.put("repartition", numbers().repartition(2));
        datasets.put("sample", numbers().sample(false, 0.5, 1));
        datasets.put("sample with replacement", numbers().sample(true, 1.5, 1));
        datasets.put("zip", numbers().zip(numbers().map(x -> -x)));
        datasets.put("zipPartitions", numbers().<Integer, Integer>zipPartitions(numbers(), (left, right) -> right));
        PairRDD<Integer, Long> indexed = numbers().zipWithIndex();
        indexed.count(); // prepares it
        datasets.put("zipWithIndex", indexed);
        datasets.put("zipWithUniqueId", numbers().zipWithUniqueId());
        datasets.put("flatMapValues", pairs().flatMapValues(x -> List.of(x, -x)));
        Map<Integer, Double> halves = Map.of(0, 0.5, 1, 0.5, 2, 0.5);
        datasets.put("sampleByKey", pairs().sampleByKey(false, halves, 1));
        datasets.put("sampleByKeyExact", pairs().sampleByKeyExact(true, halves, 1));
        datasets.put("foldByKey", pairs().foldByKey(7, 2, Integer::sum));
        datasets.put("combineByKey", pairs().combineByKey(x -> x, Integer::sum, Integer::sum, 2));
        datasets.put("aggregateByKey an aggregate", pairs().aggregateByKey(Aggregates.toList(), 2));
        datasets.put("countApproxDistinctByKey", pairs().countApproxDistinctByKey(0.1, 2));
        datasets.put("distinct", numbers().map(x -> x % 4).distinct(2));
        datasets.put(
                "distinct in one place", numbers().map(x -> x % 4).distinct(2).distinct(2));
        datasets.put("join", pairs().join(pairs().mapValues(x -> "v" + x), 2));
        datasets.put("join in place", placed.join(placed.mapValues(x -> "v" + x), new HashPartitioner(2)));
        datasets.put("leftOuterJoin", pairs().leftOuterJoin(pairs().filter(pair -> pair.value() > 4), 2));
        PairRDD<Integer, Pair<Integer, String>> lookedUp = pairs().joinBroadcast(texts());
        lookedUp.count(); // prepares it
        datasets.put("joinBroadcast", lookedUp);
        datasets.put(
                "cogroup",
                pairs().cogroup(pairs().filter(pair -> pair.value() > 4), 2)
                        .mapValues(groups -> sizeOf(groups.first()) + sizeOf(groups.second())));
        datasets.put("subtract", numbers().subtract(numbers().filter(x -> x > 4), 2));
        datasets.put("cartesian", numbers().cartesian(numbers().filter(x -> x > 4)));
        datasets.put("join half in place", placed.join(pairs(), new HashPartitioner(2)));
        return datasets;
    }

    private static int sizeOf(Iterable<?> values) {
        int size = 0;
        for (Object value : values) {
            size++;
        }
        return size;
    }

    @Test
    void everyDatasetComputesWhatItsOriginalDoes() throws Exception {
        for (Map.Entry<String, RDD<?>> each : datasets().entrySet()) {
            assertThat(copied.collect(each.getValue().lineage()))
                    .as(each.getKey())
                    .isEqualTo(each.getValue().collect());
        }
    }

    @Test
    void everyKindOfNodeAndOperatorIsAmongThem() throws Exception {
        Set<String> kinds = new HashSet<>();
        for (RDD<?> dataset : datasets().values()) {
            collectKinds(dataset.lineage(), kinds);
        }
        collectKinds(written().lineage(), kinds); // its files are for the serializer of its context

        List<String> all = new ArrayList<>();
        for (String place : List.of("rdd", "rdd/narrow", "rdd/arrange", "rdd/pipe", "rdd/sample")) {
            try (var files = Files.list(Path.of("src/main/java/dev/favilla", place))) {
                files.map(file -> file.getFileName().toString().replace(".java", ""))
                        .filter(name -> !name.equals("KeepOperator")) // of a checkpoint's own job, for the blocks there
                        .filter(name -> name.endsWith("Operator") || (name.endsWith("Node") && !name.equals("Node")))
                        .forEach(all::add);
            }
        }
        all.add("FileNode");
        assertThat(kinds).containsExactlyInAnyOrderElementsOf(all);
    }

    private static void collectKinds(LineageNode node, Set<String> kinds) {
        kinds.add(node.getClass().getSimpleName());
        if (node instanceof NarrowNode narrow) {
            kinds.add(narrow.operator().getClass().getSimpleName());
        }
        node.dependencies().forEach(dependency -> collectKinds(dependency.parent(), kinds));
    }

    @Test
    void recordsMayTravelByJavaSerializationToo() throws Exception {
        try (CopiedRun java = new CopiedRun(new JavaRecordSerializer(), none -> null)) {
            RDD<?> dataset = pairs().reduceByKey(Integer::sum, 2);

            assertThat(java.collect(dataset.lineage())).isEqualTo(dataset.collect());
        }
    }

    @Test
    void everyActionDoesWhatItsOriginalDoes() {
        var site = numbers().lineage().callSite();
        Box zero = new Box(100);
        Map<String, Action> actions = Map.of(
                "collect", new Actions.Collect("collect", Integer.MAX_VALUE),
                "take", new Actions.Collect("take", 2),
                "count", new Actions.Count(),
                "reduce",
                        new Actions.Reduce(engine.datasets().capture((a, b) -> (Integer) a + (Integer) b, site), site),
                "takeOrdered",
                        new TakeOrdered(
                                "takeOrdered",
                                3,
                                engine.datasets().capture((Ordering<Object>) (a, b) -> (Integer) b - (Integer) a, site),
                                site),
                "fold",
                        new Actions.Fold(
                                dev.favilla.rdd.ZeroValue.of(zero, "fold"),
                                engine.datasets().capture((a, b) -> a instanceof Box box ? box.plus(b) : b, site),
                                site),
                "foreach", new Actions.Foreach(engine.datasets().capture(x -> {}, site), site));

        actions.forEach((name, action) -> {
            LineageBinary.Content copy =
                    LineageBinary.of(numbers().lineage(), action, serializer).read();
            assertThat(run(copy.target(), (Action) copy.work()))
                    .as(name)
                    .isEqualTo(run(numbers().lineage(), action));
        });
    }

    private @Nullable Object run(LineageNode target, Action action) {
        return engine.datasets().run(target, action, target.callSite());
    }

    @Test
    void aCopyWritesThePartsOfAnOutput() throws IOException {
        Path target = directory.resolve("out");
        LineageNode lineage = numbers().lineage();
        FileOutput output =
                FileOutput.begin(target.toString(), new TextPartFormat(), FileCodec.NONE, lineage.callSite());
        SinkAction save = new SinkAction(engine.datasets().capture(output, lineage.callSite()), lineage.callSite());
        LineageBinary.Content copy = LineageBinary.of(lineage, save, serializer).read();

        output.commit(ofTexts(run(copy.target(), (Action) copy.work())));

        assertThat(target.resolve("part-00000")).hasContent("5\n3\n");
        assertThat(target.resolve("_SUCCESS")).exists();
    }

    @SuppressWarnings("unchecked")
    private static List<String> ofTexts(@Nullable Object list) {
        return (List<String>) list;
    }

    /** Deeply immutable, so that it is shared; not serializable by Java. */
    private record Box(int value) {

        Box plus(Object other) {
            return new Box(value + (other instanceof Box box ? box.value : (Integer) other));
        }
    }

    @Test
    void filesAreListedByTheDriverOnly() throws Exception {
        Path file = directory.resolve("only.txt");
        Files.writeString(file, "one\ntwo\n");
        RDD<String> text = engine.textFile(directory.toString(), 1);

        LineageNode copy = copied.copyOf(text.map(line -> line).lineage());
        Files.writeString(directory.resolve("late.txt"), "late\n");

        assertThat(copy.numPartitions()).isEqualTo(1);
        assertThat(run(copy, new Actions.Collect("collect", 9))).isEqualTo(List.of("one", "two"));
    }

    @Test
    void eachAttemptHasElementsOfItsOwn() {
        List<int[]> elements = List.of(new int[] {1});
        LineageNode copy = copied.copyOf(engine.parallelize(elements, 1).lineage());

        List<?> first = (List<?>) run(copy, new Actions.Collect("collect", 9));
        ((int[]) first.get(0))[0] = 7;
        List<?> second = (List<?>) run(copy, new Actions.Collect("collect", 9));

        assertThat((int[]) second.get(0)).containsExactly(1);
        assertThat(elements.get(0)).containsExactly(1);
    }

    @Test
    void aCopyCanBeCopied() {
        LineageNode copy = copied.copyOf(copied.copyOf(numbers().map(x -> -x).lineage()));

        assertThat(run(copy, new Actions.Collect("collect", 9))).isEqualTo(List.of(-5, -3, -8, -1, -9, -2, -7));
    }

    @Test
    void anElementThatCannotBeWrittenIsBlamedOnItsDataset() {
        Runnable sharedButNotWritten = () -> {};
        LineageNode target =
                engine.parallelize(List.of(sharedButNotWritten), 1).map(x -> x).lineage();

        assertThatExceptionOfType(SerializationException.class)
                .isThrownBy(() -> copied.copyOf(target))
                .withMessageContainingAll(
                        "ParallelCollectionRDD", "element 0 of parallelize at CopiedLineageTest.java", "Lambda");
    }

    @Test
    void aPartitionerThatCannotBeWrittenIsNamedWithItsPath() {
        LineageNode target = pairs().partitionBy(new Holding(new Object())).lineage();

        assertThatExceptionOfType(SerializationException.class)
                .isThrownBy(() -> copied.copyOf(target))
                .withMessageContainingAll("ShuffledRDD", "partitioner -> held: java.lang.Object");
    }

    private record Holding(Object held) implements Partitioner {

        @Override
        public int numPartitions() {
            return 2;
        }

        @Override
        public int partition(@Nullable Object key) {
            return 0;
        }
    }

    @Test
    void aLineageInsideOfAFunctionIsRefused() {
        Node lineage = (Node) numbers().lineage();

        assertThatExceptionOfType(ClosureNotSerializableException.class)
                .isThrownBy(() -> numbers().map(x -> lineage.id()))
                .withMessageContaining("The lineage of a dataset belongs to the driver");
    }
}
