package dev.favilla.serializer;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ArrayListMultimap;
import com.google.common.collect.ArrayTable;
import com.google.common.collect.BoundType;
import com.google.common.collect.ConcurrentHashMultiset;
import com.google.common.collect.EnumBiMap;
import com.google.common.collect.EvictingQueue;
import com.google.common.collect.HashBasedTable;
import com.google.common.collect.HashBiMap;
import com.google.common.collect.HashMultimap;
import com.google.common.collect.HashMultiset;
import com.google.common.collect.ImmutableBiMap;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableListMultimap;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableMultiset;
import com.google.common.collect.ImmutableRangeMap;
import com.google.common.collect.ImmutableRangeSet;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.ImmutableSortedMap;
import com.google.common.collect.ImmutableSortedSet;
import com.google.common.collect.ImmutableTable;
import com.google.common.collect.LinkedHashMultimap;
import com.google.common.collect.LinkedListMultimap;
import com.google.common.collect.Lists;
import com.google.common.collect.Maps;
import com.google.common.collect.MinMaxPriorityQueue;
import com.google.common.collect.Multimap;
import com.google.common.collect.Multimaps;
import com.google.common.collect.Range;
import com.google.common.collect.Sets;
import com.google.common.collect.TreeBasedTable;
import com.google.common.collect.TreeMultimap;
import com.google.common.collect.TreeMultiset;
import com.google.common.collect.TreeRangeMap;
import com.google.common.collect.TreeRangeSet;
import com.google.common.primitives.ImmutableIntArray;
import com.google.common.primitives.Ints;
import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Timestamp;
import com.google.protobuf.Value;
import dev.favilla.serializer.Corpus.Color;
import dev.favilla.serializer.Corpus.Sample;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import kotlin.Pair;
import kotlin.Triple;
import kotlin.Unit;
import kotlin.collections.CollectionsKt;
import kotlin.collections.MapsKt;
import kotlin.collections.SetsKt;
import kotlin.ranges.IntRange;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.avro.util.Utf8;
import scala.None$;
import scala.Some;
import scala.Tuple2;
import scala.Tuple2$mcII$sp;
import scala.Tuple3;
import scala.collection.immutable.LazyList$;
import scala.collection.immutable.Nil$;

/** Values of libraries that Java, Kotlin and Scala programs are made with. */
final class LibraryCorpus {

    private LibraryCorpus() {}

    static Stream<Sample> all() {
        return Stream.of(guava(), guavaViews(), jackson(), avro(), protobuf(), kotlin(), scala())
                .flatMap(s -> s);
    }

    static Stream<Sample> guava() {
        List<String> texts = List.of("a", "b", "a");
        Map<String, Integer> map = Map.of("a", 1);
        Multimap<String, Integer> multimap = ArrayListMultimap.create();
        multimap.put("a", 1);
        multimap.put("a", 1);
        HashBasedTable<String, Integer, Object> table = HashBasedTable.create();
        table.put("r", 1, List.of("v"));
        TreeRangeSet<Integer> ranges = TreeRangeSet.create();
        ranges.add(Range.closedOpen(1, 5));
        TreeRangeMap<Integer, String> rangeMap = TreeRangeMap.create();
        rangeMap.put(Range.closed(1, 5), "x");
        EnumBiMap<Color, java.util.concurrent.TimeUnit> enums =
                EnumBiMap.create(Map.of(Color.RED, java.util.concurrent.TimeUnit.DAYS));
        Stream<Sample> equal = Stream.of(
                        ImmutableList.of(),
                        ImmutableList.of(1),
                        ImmutableList.of(1, 2, 3),
                        ImmutableSet.of("a", "b"),
                        ImmutableSortedSet.of(3, 1, 2),
                        ImmutableMap.of("a", 1, "b", 2),
                        ImmutableSortedMap.of("a", 1),
                        ImmutableBiMap.of("a", 1),
                        ImmutableMultiset.of("a", "a"),
                        ImmutableListMultimap.of("a", 1, "a", 2),
                        ImmutableTable.of("r", "c", 1),
                        ImmutableRangeSet.of(Range.closed(1, 2)),
                        ImmutableRangeMap.of(Range.closed(1, 2), "x"),
                        ImmutableIntArray.of(1, 2),
                        HashMultiset.create(texts),
                        TreeMultiset.create(texts),
                        ConcurrentHashMultiset.create(texts),
                        multimap,
                        HashMultimap.create(multimap),
                        LinkedHashMultimap.create(multimap),
                        LinkedListMultimap.create(multimap),
                        TreeMultimap.create(multimap),
                        HashBiMap.create(map),
                        enums,
                        table,
                        TreeBasedTable.create(),
                        ArrayTable.create(table),
                        ranges,
                        rangeMap,
                        Range.closed(1, 5),
                        Range.downTo(3, BoundType.OPEN),
                        Range.all(),
                        com.google.common.base.Optional.of(1),
                        com.google.common.base.Optional.absent(),
                        Sets.newConcurrentHashSet(texts),
                        com.google.common.hash.HashCode.fromInt(5))
                .map(Sample::of);
        EvictingQueue<String> evicting = EvictingQueue.create(2);
        evicting.addAll(texts);
        Stream<Sample> shown = Stream.of(evicting, MinMaxPriorityQueue.create(List.of(3, 1, 2)))
                .map(value -> Sample.of(value, Corpus::elements));
        return Stream.concat(equal, shown);
    }

    static Stream<Sample> guavaViews() {
        List<Integer> numbers = new ArrayList<>(List.of(1, 2, 3, 4, 5));
        Map<String, Integer> map = new HashMap<>(Map.of("a", 1, "b", 2));
        Multimap<String, Integer> multimap = HashMultimap.create(Multimaps.forMap(map));
        return Stream.of(
                        Lists.reverse(numbers),
                        Lists.partition(numbers, 2),
                        Lists.transform(numbers, x -> x + 1),
                        Lists.cartesianProduct(numbers, numbers),
                        Lists.asList(1, new Integer[] {2, 3}),
                        Lists.charactersOf("abc"),
                        Ints.asList(1, 2, 3),
                        ImmutableList.of(1, 2, 3).reverse(),
                        ImmutableList.of(1, 2, 3).subList(1, 2),
                        ImmutableMap.of("a", 1).keySet(),
                        ImmutableMap.of("a", 1).entrySet(),
                        Maps.filterKeys(map, k -> k.equals("a")),
                        Maps.transformValues(map, v -> v + 1),
                        Maps.asMap(map.keySet(), k -> 1),
                        Maps.immutableEntry("a", 1),
                        Maps.uniqueIndex(List.of("a"), String::length),
                        Sets.union(map.keySet(), map.keySet()),
                        Sets.filter(new java.util.TreeSet<>(numbers), x -> x > 2),
                        Sets.powerSet(map.keySet()),
                        multimap.asMap(),
                        multimap.keys(),
                        multimap.keySet(),
                        multimap.entries(),
                        Multimaps.forMap(map),
                        Multimaps.unmodifiableMultimap(multimap),
                        HashBiMap.create(map).inverse(),
                        ImmutableBiMap.of("a", 1).inverse(),
                        ImmutableSortedSet.of(1, 2, 3).descendingSet(),
                        HashMultiset.create(List.of("a")).entrySet(),
                        HashMultiset.create(List.of("a")).elementSet())
                .map(Sample::of);
    }

    static Stream<Sample> jackson() {
        JsonNodeFactory json = JsonNodeFactory.instance;
        ObjectNode object =
                json.objectNode().put("n", 5).put("t", "x").put("d", 1.5).put("b", true);
        object.putNull("nothing").putArray("list").add(1).add("y").addObject().put("deep", 1);
        return Stream.of(
                        object,
                        object.get("list"),
                        json.textNode("x"),
                        json.numberNode(5),
                        json.numberNode(5L),
                        json.numberNode(new BigDecimal("1.50")),
                        json.objectNode().put("long", 5L),
                        json.objectNode().put("decimal", new BigDecimal("1.50")),
                        json.binaryNode(new byte[] {1, 2}),
                        json.booleanNode(true),
                        NullNode.instance,
                        MissingNode.getInstance(),
                        json.pojoNode(List.of(1)),
                        json.arrayNode())
                .map(Sample::of);
    }

    /** Written by hand as Avro's compiler writes it. */
    public static final class User extends SpecificRecordBase {
        private static final Schema SCHEMA = new Schema.Parser()
                .parse("{\"type\":\"record\",\"name\":\"User\",\"namespace\":\"dev.favilla.serializer\","
                        + "\"fields\":[{\"name\":\"name\",\"type\":\"string\"},{\"name\":\"age\",\"type\":\"int\"}]}");

        private CharSequence name = "";
        private int age;

        public User() {}

        User(CharSequence name, int age) {
            this.name = name;
            this.age = age;
        }

        @Override
        public Schema getSchema() {
            return SCHEMA;
        }

        @Override
        public Object get(int field) {
            return field == 0 ? name : (Object) age;
        }

        @Override
        public void put(int field, Object value) {
            if (field == 0) {
                name = (CharSequence) value;
            } else {
                age = (Integer) value;
            }
        }
    }

    static Stream<Sample> avro() {
        Schema schema = new Schema.Parser()
                .parse("{\"type\":\"record\",\"name\":\"Row\",\"fields\":[{\"name\":\"id\",\"type\":\"long\"},"
                        + "{\"name\":\"name\",\"type\":\"string\"},{\"name\":\"bytes\",\"type\":\"bytes\"},"
                        + "{\"name\":\"tags\",\"type\":{\"type\":\"array\",\"items\":\"string\"}}]}");
        GenericData.Record row = new GenericData.Record(schema);
        row.put("id", 5L);
        row.put("name", new Utf8("x"));
        row.put("bytes", ByteBuffer.wrap(new byte[] {1, 2}));
        row.put("tags", new GenericData.Array<>(schema.getField("tags").schema(), List.of(new Utf8("t"))));
        Schema symbols = Schema.createEnum("Symbols", null, null, List.of("A", "B"));
        Schema fixed = Schema.createFixed("Two", null, null, 2);
        return Stream.of(
                        row,
                        row.get("tags"),
                        new Utf8("utf8 ☃"),
                        schema,
                        new User(new Utf8("u"), 7),
                        new GenericData.EnumSymbol(symbols, "B"),
                        new GenericData.Fixed(fixed, new byte[] {1, 2}))
                .map(Sample::of);
    }

    static Stream<Sample> protobuf() {
        Struct struct = Struct.newBuilder()
                .putFields("n", Value.newBuilder().setNumberValue(5).build())
                .putFields(
                        "l",
                        Value.newBuilder()
                                .setListValue(ListValue.newBuilder()
                                        .addValues(Value.newBuilder().setStringValue("x")))
                                .build())
                .build();
        return Stream.of(
                        struct,
                        Timestamp.newBuilder().setSeconds(5).setNanos(6).build(),
                        Duration.getDefaultInstance(),
                        Any.pack(struct),
                        ByteString.copyFromUtf8("bytes"),
                        ByteString.copyFromUtf8("bytes").substring(1, 3),
                        ByteString.EMPTY)
                .map(Sample::of);
    }

    static Stream<Sample> kotlin() {
        return Stream.of(
                        new Pair<>("a", 1),
                        new Triple<>("a", 1, List.of(2)),
                        Unit.INSTANCE,
                        CollectionsKt.emptyList(),
                        SetsKt.emptySet(),
                        MapsKt.emptyMap(),
                        CollectionsKt.listOf(1, 2),
                        CollectionsKt.mutableListOf(1, 2),
                        CollectionsKt.asReversed(new ArrayList<>(List.of(1, 2, 3))),
                        CollectionsKt.chunked(List.of(1, 2, 3), 2),
                        SetsKt.setOf("a", "b"),
                        MapsKt.mapOf(new Pair<>("a", 1)),
                        MapsKt.toMutableMap(Map.of("a", 1)),
                        new kotlin.collections.ArrayDeque<>(List.of(1, 2)),
                        new IntRange(1, 5),
                        CollectionsKt.getIndices(List.of(1, 2)))
                .map(Sample::of);
    }

    static Stream<Sample> scala() {
        scala.collection.immutable.Map<Object, Object> map = scala.collection.immutable.Map$.MODULE$.empty();
        scala.collection.immutable.List<Object> list =
                Nil$.MODULE$.$colon$colon(2).$colon$colon(1);
        return Stream.of(
                        new Tuple2<>("a", 1),
                        new Tuple3<>("a", 1, 2.0),
                        new Tuple2$mcII$sp(1, 2),
                        new Some<>("x"),
                        None$.MODULE$,
                        Nil$.MODULE$,
                        list,
                        list.toVector(),
                        list.toSet(),
                        map.updated("a", 1),
                        list.toBuffer(),
                        LazyList$.MODULE$.from(list),
                        scala.collection.immutable.Range$.MODULE$.inclusive(1, 5),
                        new scala.util.Left<>("l"),
                        new scala.util.Right<>(1),
                        new scala.util.Success<>(1),
                        scala.math.BigDecimal$.MODULE$.apply(5),
                        scala.math.BigInt$.MODULE$.apply(5),
                        scala.Symbol$.MODULE$.apply("s"),
                        scala.runtime.BoxedUnit.UNIT)
                .map(Sample::of);
    }
}
