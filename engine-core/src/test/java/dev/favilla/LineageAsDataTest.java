package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.favilla.closure.Closure;
import dev.favilla.function.CombineFunction;
import dev.favilla.function.FilterFunction;
import dev.favilla.function.FlatMapFunction;
import dev.favilla.function.IndexedPartitionFunction;
import dev.favilla.function.MapFunction;
import dev.favilla.function.MapMultiFunction;
import dev.favilla.function.MapPartitionsFunction;
import dev.favilla.function.ReduceFunction;
import dev.favilla.function.ZipPartitionsFunction;
import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.Dependency;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.PartitionPlan;
import dev.favilla.lineage.Source;
import dev.favilla.rdd.EntryBuilder;
import dev.favilla.rdd.NarrowNode;
import dev.favilla.rdd.narrow.KeyByOperator;
import dev.favilla.shuffle.HashPartitioner;
import dev.favilla.shuffle.Partitioner;
import dev.favilla.stats.Aggregate;
import dev.favilla.stats.Aggregates;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** A lineage can be read without being run: what is done to what, with which of the user's functions. */
class LineageAsDataTest {

    private static final Set<String> RETURN_THE_DATASET_ITSELF =
            Set.of("setName", "cache", "persist", "unpersist", "checkpoint", "localCheckpoint");

    @AutoClose
    private final EngineContext engine = EngineContext.open("local[2]");

    private final LineageReader reader = new LineageReader();
    private final Partitioner twoWays = new HashPartitioner(2);

    private final MapFunction<Integer, Integer> key = reader.named("key", x -> x % 3);
    private final MapFunction<Integer, Integer> negate = reader.named("negate", x -> -x);
    private final ReduceFunction<Integer> sum = reader.named("sum", Integer::sum);

    private final RDD<Integer> numbers = engine.parallelize(List.of(1, 2, 3), 2);
    private final PairRDD<Integer, Integer> pairs = numbers.keyBy(key);
    private final PairRDD<Integer, Integer> placed = pairs.partitionBy(twoWays);

    /** What each operation gives, with how it reads. The keys begin with the method's name. */
    private final Map<String, Map.Entry<RDD<?>, String>> datasets = new LinkedHashMap<>();

    private void given(String operation, RDD<?> dataset, String reads) {
        datasets.put(operation, Map.entry(dataset, reads));
    }

    private void givenNarrowOnes() {
        FilterFunction<Object> some = reader.named("some", x -> true);
        FlatMapFunction<Integer, Integer> both = reader.named("both", x -> List.of(x, -x));
        MapMultiFunction<Integer, Integer> emit = reader.named("emit", (x, out) -> out.emit(x));
        MapPartitionsFunction<Integer, Integer> all = reader.named("all", records -> records);
        IndexedPartitionFunction<Integer, Integer> indexed = reader.named("indexed", (i, records) -> records);
        MapFunction<Integer, Pair<Integer, String>> pair = reader.named("pair", x -> Pair.of(x, "x"));
        given("map", numbers.map(negate), "map(negate) of [1][2, 3]");
        given("mapToPair", numbers.mapToPair(pair), "map(pair) of [1][2, 3]");
        given("filter", numbers.filter(some), "filter(some) of [1][2, 3]");
        given("filter of pairs", placed.filter(some), "filter(some) of moved to 2 of keyBy(key) of [1][2, 3]");
        given("flatMap", numbers.flatMap(both), "flatMap(both) of [1][2, 3]");
        FlatMapFunction<Integer, Pair<Integer, String>> pairs2 = reader.named("pairs", x -> List.of(Pair.of(x, "x")));
        FlatMapFunction<Integer, Double> doubles = reader.named("doubles", x -> List.of(1.0));
        MapFunction<Integer, Double> half = reader.named("half", x -> x / 2.0);
        MapMultiFunction<Integer, Pair<Integer, String>> emitPair =
                reader.named("emitPair", (x, out) -> out.emit(Pair.of(x, "x")));
        MapPartitionsFunction<Integer, Pair<Integer, String>> none =
                reader.named("none", records -> List.<Pair<Integer, String>>of().iterator());
        MapPartitionsFunction<Integer, Double> zero =
                reader.named("zero", records -> List.of(0.0).iterator());
        given("flatMapToPair", numbers.flatMapToPair(pairs2), "flatMap(pairs) of [1][2, 3]");
        given("flatMapToDouble", numbers.flatMapToDouble(doubles), "flatMap(doubles) of [1][2, 3]");
        given("mapToDouble", numbers.mapToDouble(half), "map(half) of [1][2, 3]");
        given("mapMultiToPair", numbers.mapMultiToPair(emitPair), "mapMulti(emitPair) of [1][2, 3]");
        given("mapPartitionsToPair", numbers.mapPartitionsToPair(none), "mapPartitions(none) of [1][2, 3]");
        given("mapPartitionsToDouble", numbers.mapPartitionsToDouble(zero), "mapPartitions(zero) of [1][2, 3]");
        given("mapMulti", numbers.mapMulti(emit), "mapMulti(emit) of [1][2, 3]");
        given("mapPartitions", numbers.mapPartitions(all), "mapPartitions(all) of [1][2, 3]");
        given("mapPartitionsWithIndex", numbers.mapPartitionsWithIndex(indexed), "mapPartitions(indexed) of [1][2, 3]");
        given("keyBy", pairs, "keyBy(key) of [1][2, 3]");
        given("mapValues", pairs.mapValues(negate), "mapValues(negate) of keyBy(key) of [1][2, 3]");
        given("keys", pairs.keys(), "keys() of keyBy(key) of [1][2, 3]");
        given("values", pairs.values(), "values() of keyBy(key) of [1][2, 3]");
        given("union", numbers.union(numbers.map(negate)), "union of [1][2, 3] and map(negate) of [1][2, 3]");
        given(
                "union in place",
                placed.union(placed.mapValues(negate)),
                "aligned union of moved to 2 of keyBy(key) of [1][2, 3]"
                        + " and mapValues(negate) of moved to 2 of keyBy(key) of [1][2, 3]");
    }

    private void givenRearrangedOnes() {
        ZipPartitionsFunction<Integer, Integer, Integer> beside = reader.named("beside", (left, right) -> left);
        String both = "[1][2, 3] with map(negate) of [1][2, 3]";
        given("glom", numbers.glom(), "glom() of [1][2, 3]");
        given("pipe", numbers.pipe("cat"), "pipe() of [1][2, 3]");
        given("coalesce", numbers.coalesce(1), "coalesce of [1][2, 3]");
        given("repartition", numbers.repartition(3), "moved to 3 of deal() of [1][2, 3]");
        given("sample", numbers.sample(false, 0.5, 1), "sample() of [1][2, 3]");
        given("zip", numbers.zip(numbers.map(negate)), "zipPartitions() of " + both);
        given("zipPartitions", numbers.zipPartitions(numbers.map(negate), beside), "zipPartitions(beside) of " + both);
        PairRDD<Integer, Long> indexed = numbers.zipWithIndex();
        indexed.count(); // only then it says what it does
        given("zipWithIndex", indexed, "indexed [1][2, 3]");
        given("zipWithUniqueId", numbers.zipWithUniqueId(), "number() of [1][2, 3]");
    }

    private void givenOnesByKey() {
        String keyed = " to 2 of keyBy(key) of [1][2, 3]";
        Map<Integer, Double> halves = Map.of(1, 0.5);
        FlatMapFunction<Integer, Integer> both = reader.named("both", x -> List.of(x, -x));
        given("flatMapValues", pairs.flatMapValues(both), "flatMapValues(both) of keyBy(key) of [1][2, 3]");
        given(
                "sampleByKey",
                pairs.sampleByKey(true, halves, 1),
                "sampleByKey({1=Poisson[mean=0.5]}) of keyBy(key) of [1][2, 3]");
        given(
                "sampleByKeyExact",
                pairs.sampleByKeyExact(true, halves, 1),
                "sampleByKeyExact({1=0.5}) of group" + keyed);
        given("foldByKey", pairs.foldByKey(7, 2, sum), "fold of 7 by sum and sum" + keyed);
        CombineFunction<Integer, Integer> plus = reader.named("plus", Integer::sum);
        given("combineByKey", pairs.combineByKey(negate, plus, sum, 2), "combine by negate, plus and sum" + keyed);
        Aggregate<Integer, Long, Long> counting = reader.named("counting", Aggregates.counting());
        given(
                "aggregateByKey an aggregate",
                pairs.aggregateByKey(counting, 2),
                "mapValues(finish counting) of aggregate by counting" + keyed);
        PairRDD<Integer, Long> distinct = pairs.countApproxDistinctByKey(0.1, 2);
        datasets.put("countApproxDistinctByKey", Map.entry(distinct, ""));
    }

    private void givenWideOnes() {
        CombineFunction<List<Integer>, Integer> add = reader.named("add", (list, x) -> {
            list.add(x);
            return list;
        });
        ReduceFunction<List<Integer>> merge = reader.named("merge", (left, right) -> {
            left.addAll(right);
            return left;
        });
        String keyed = " to 2 of keyBy(key) of [1][2, 3]";
        given("partitionBy", placed, "moved" + keyed);
        given("reduceByKey", pairs.reduceByKey(sum, 2), "reduce by sum" + keyed);
        given(
                "reduceByKey in place",
                placed.reduceByKey(twoWays, sum),
                "combine(reduce by sum) of moved to 2 of keyBy(key) of [1][2, 3]");
        given("groupByKey", pairs.groupByKey(2), "group" + keyed);
        given("groupBy", numbers.groupBy(key, 2), "group" + keyed);
        given(
                "aggregateByKey",
                pairs.aggregateByKey(new ArrayList<>(List.of(7)), 2, add, merge),
                "fold of [7] by add and merge" + keyed);
        given("distinct", numbers.distinct(2), "distinct to 2 of [1][2, 3]");
        given("distinct in place", placed.distinct(2), "combine(distinct) of moved to 2 of keyBy(key) of [1][2, 3]");
        given(
                "join",
                pairs.join(pairs.mapValues(negate), 2),
                "join of moved" + keyed + " with moved to 2 of mapValues(negate) of keyBy(key) of [1][2, 3]");
        given(
                "join in place",
                placed.join(placed.mapValues(negate), twoWays),
                "join of moved" + keyed + " with mapValues(negate) of moved" + keyed);
    }

    private void givenJoins() {
        PairRDD<Integer, Integer> other = pairs.mapValues(negate);
        given(
                "leftOuterJoin",
                pairs.leftOuterJoin(other, 2),
                "leftOuterJoin of moved to 2 of keyBy(key) of [1][2, 3] with moved to 2 of mapValues(negate) of keyBy(key) of [1][2, 3]");
        given(
                "rightOuterJoin",
                pairs.rightOuterJoin(other, 2),
                "rightOuterJoin of moved to 2 of keyBy(key) of [1][2, 3] with moved to 2 of mapValues(negate) of keyBy(key) of [1][2, 3]");
        given(
                "fullOuterJoin",
                pairs.fullOuterJoin(other, 2),
                "fullOuterJoin of moved to 2 of keyBy(key) of [1][2, 3] with moved to 2 of mapValues(negate) of keyBy(key) of [1][2, 3]");
        String withAll = " of keyBy(key) of [1][2, 3] with all of mapValues(negate) of keyBy(key) of [1][2, 3]";
        given("joinBroadcast", pairs.joinBroadcast(other), "joinBroadcast" + withAll);
        given("leftOuterJoinBroadcast", pairs.leftOuterJoinBroadcast(other), "leftOuterJoinBroadcast" + withAll);
        given(
                "subtractByKey",
                pairs.subtractByKey(other, 2),
                "subtract of moved to 2 of keyBy(key) of [1][2, 3] with distinct to 2 of mapValues(negate) of keyBy(key) of [1][2, 3]");
        given(
                "cogroup",
                pairs.cogroup(other, 2),
                "cogroup of moved to 2 of keyBy(key) of [1][2, 3] with moved to 2 of mapValues(negate) of keyBy(key) of [1][2, 3]");
        given(
                "groupWith",
                placed.groupWith(placed),
                "cogroup of moved to 2 of keyBy(key) of [1][2, 3] with moved to 2 of keyBy(key) of [1][2, 3]");
        given(
                "subtract",
                numbers.subtract(numbers, 2),
                "subtract of moved to 2 of [1][2, 3] with distinct to 2 of [1][2, 3]");
        given(
                "intersection",
                numbers.intersection(numbers, 2),
                "intersection of distinct to 2 of [1][2, 3] with distinct to 2 of [1][2, 3]");
        given("cartesian", numbers.cartesian(numbers), "cartesian of [1][2, 3] with [1][2, 3]");
    }

    private void givenSorts() {
        Ordering<Integer> order = reader.named("order", (left, right) -> Integer.compare(right, left));
        String sorted = "sort(natural order) of moved to 2 of keyBy(key) of [1][2, 3]";
        given("sortByKey", pairs.sortByKey(false, 2), sorted);
        given("sortBy", numbers.sortBy(key, true, 2), "values() of " + sorted);
        given(
                "repartitionAndSortWithinPartitions",
                pairs.repartitionAndSortWithinPartitions(twoWays, order),
                "sort(order) of moved to 2 of keyBy(key) of [1][2, 3]");
        given(
                "repartitionAndSortWithinPartitions in place",
                placed.repartitionAndSortWithinPartitions(twoWays),
                sorted);
        given("filterByRange", pairs.filterByRange(order, 2, 1), "filterByRange(order) of keyBy(key) of [1][2, 3]");
    }

    private void givenAll() {
        givenNarrowOnes();
        givenRearrangedOnes();
        givenOnesByKey();
        givenWideOnes();
        givenJoins();
        givenSorts();
    }

    @Test
    void everyOperationReadsAsWhatTheUserWrote() {
        givenAll();

        datasets.remove("countApproxDistinctByKey"); // has no function of the user's
        datasets.forEach((operation, each) ->
                assertThat(reader.read(each.getKey().lineage())).as(operation).isEqualTo(each.getValue()));
    }

    @Test
    void everyOperationIsAmongThem() {
        givenAll();
        Set<String> given = datasets.keySet().stream()
                .map(operation -> operation.split(" ", 2)[0])
                .collect(Collectors.toCollection(TreeSet::new));

        Set<String> offered = Stream.<Class<?>>of(RDD.class, PairAggregations.class, PairRDD.class)
                .flatMap(type -> Arrays.stream(type.getDeclaredMethods()))
                .filter(method -> Modifier.isPublic(method.getModifiers()))
                .filter(method -> !Modifier.isStatic(method.getModifiers()))
                .filter(method -> RDD.class.isAssignableFrom(method.getReturnType()))
                .map(Method::getName)
                .filter(name -> !RETURN_THE_DATASET_ITSELF.contains(name))
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(given).isEqualTo(offered);
    }

    @Test
    void sourcesReadAsWhatTheyHold() {
        RDD<?> copied = engine.parallelize(List.of(new StringBuilder("a"), new StringBuilder("b")), 2);

        assertThat(reader.read(copied.lineage())).isEqualTo("[a][b]");
        assertThat(reader.read(engine.range(5, 0, -2, 3).lineage())).isEqualTo("3 numbers from 5 by -2");
        assertThat(reader.read(engine.textFile("no/such/file", 4).lineage())).isEqualTo("lines of no/such/file in 4");
    }

    @Test
    void aFunctionThatAttemptsReadCopiesOfIsTheUsersOwnHere() {
        List<Integer> state = new ArrayList<>();
        MapFunction<Integer, Integer> size = reader.named("size", x -> state.size());

        assertThat(reader.read(numbers.map(size).lineage())).isEqualTo("map(size) of [1][2, 3]");
    }

    @Test
    void noneHidesWhatItDoes() {
        givenAll();

        datasets.values().forEach(each -> requireReadable(each.getKey().lineage()));
        requireReadable(engine.range(0, 9).lineage());
    }

    @Test
    void oneThatHidesWhatItDoesWouldBeFound() {
        CallSite site = numbers.lineage().callSite();
        EntryBuilder hidden = (left, right) -> right;
        Closure<MapFunction<@Nullable Object, @Nullable Object>> nothing = Closure.capture(x -> x, "test");
        LineageNode opaque = new NarrowNode(99, site, numbers.lineage(), new KeyByOperator(nothing, hidden));

        assertThatThrownBy(() -> requireReadable(opaque))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("KeyByOperator.entries");
    }

    /** Checks a lineage: whatever a node or its plan consists of has a name, unless it is a function of the user's. */
    private static void requireReadable(LineageNode node) {
        Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        requireNamed(node, node.toString(), seen);
        for (int partition = 0; partition < node.numPartitions(); partition++) {
            PartitionPlan plan = node.plan(partition);
            if (plan instanceof PartitionPlan.Apply apply) {
                requireNamed(apply.operator(), "the operator of " + node, seen);
                assertThat(apply.operator().name()).isNotBlank();
            } else {
                Source source = ((PartitionPlan.Read) plan).source();
                if (source != node) {
                    requireNamed(source, "the source of " + node, seen);
                }
            }
        }
        for (Dependency dependency : node.dependencies()) {
            requireReadable(dependency.parent());
        }
    }

    private static void requireNamed(@Nullable Object part, String where, Set<Object> seen) {
        if (part == null || part instanceof Closure || !seen.add(part)) {
            return;
        }
        Class<?> type = part instanceof Enum<?> constant ? constant.getDeclaringClass() : part.getClass();
        assertThat(type.isHidden() || type.isSynthetic() || type.isAnonymousClass())
                .as("%s is a %s, which nobody can read", where, type)
                .isFalse();
        if (part instanceof Collection<?> several) {
            several.forEach(each -> requireNamed(each, where, seen));
        } else if (type.getName().startsWith("dev.favilla.")) {
            for (Class<?> declaring = type; declaring != Object.class; declaring = declaring.getSuperclass()) {
                requireFieldsNamed(part, declaring, seen);
            }
        }
    }

    private static void requireFieldsNamed(Object part, Class<?> declaring, Set<Object> seen) {
        for (Field field : declaring.getDeclaredFields()) {
            if (!Modifier.isStatic(field.getModifiers()) && declaring.getName().startsWith("dev.favilla.")) {
                field.setAccessible(true);
                try {
                    requireNamed(field.get(part), declaring.getSimpleName() + "." + field.getName(), seen);
                } catch (IllegalAccessException e) {
                    throw new AssertionError(field.toString(), e);
                }
            }
        }
    }
}
