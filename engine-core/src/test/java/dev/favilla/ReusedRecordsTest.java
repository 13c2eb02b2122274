package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.io.Source;
import dev.favilla.io.SourceReader;
import dev.favilla.io.Split;
import dev.favilla.shuffle.HashPartitioner;
import dev.favilla.storage.StorageLevel;
import dev.favilla.testing.InEveryMode;
import dev.favilla.testing.NotIn;
import dev.favilla.testing.TestMode;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What emits one object again and again gives the records it had at each time, whatever holds on to them or looks ahead
 * behind it.
 */
@NotIn(value = TestMode.STRICT, because = "strict mode refuses what is stated here: records that change")
@InEveryMode
@ParameterizedClass
@ValueSource(strings = {"local[2]", "local-cluster[2,1,64]"})
@Timeout(120)
class ReusedRecordsTest {

    private static final int PARTITIONS = 3;
    private static final int RECORDS = 30;
    private static final int OF_EACH = 5;

    @Parameter
    String master;

    private EngineContext engine;

    private EngineContext engine() {
        if (engine == null) {
            engine = Engines.open(master);
        }
        return engine;
    }

    @AfterEach
    void close() {
        if (engine != null) {
            Engines.assertIdle(engine);
            engine.close();
        }
    }

    /** One at a time: nothing tells that a function without captures returns what it keeps in a static field. */
    private static final ThreadLocal<StringBuilder> ONE = ThreadLocal.withInitial(StringBuilder::new);

    @Test
    void anObjectInAStaticFieldIsSeenByWhoPullsBeforeItIsUsedAgain() {
        List<String> seen = engine().parallelize(
                        IntStream.range(0, RECORDS).boxed().toList(), PARTITIONS)
                .map(number -> {
                    ONE.get().setLength(0);
                    return ONE.get().append(number);
                })
                .mapPartitions(builders -> {
                    List<String> texts = new ArrayList<>();
                    builders.forEachRemaining(builder -> texts.add(builder.toString()));
                    return texts.iterator();
                })
                .collect();

        assertThat(seen)
                .isEqualTo(IntStream.range(0, RECORDS).mapToObj(String::valueOf).toList());
    }

    /** A number that can be changed. */
    static final class Cell implements Serializable, Comparable<Cell> {

        private static final long serialVersionUID = 1L;

        long number;

        Cell with(long other) {
            number = other;
            return this;
        }

        @Override
        public int compareTo(Cell other) {
            return Long.compare(number, other.number);
        }

        @Override
        public boolean equals(Object o) {
            return o instanceof Cell other && number == other.number;
        }

        @Override
        public int hashCode() {
            return Long.hashCode(number);
        }

        @Override
        public String toString() {
            return "cell " + number;
        }
    }

    /** Numbers as one cell that says each in turn. */
    private record OneCell(long from, int count) implements Iterable<Cell> {

        @Override
        public Iterator<Cell> iterator() {
            Cell cell = new Cell();
            return LongStream.range(from, from + count).mapToObj(cell::with).iterator();
        }
    }

    private record Range(int number) implements Split {}

    /** A source whose readers have one record each. */
    private record Cells() implements Source<Cell> {

        @Override
        public List<Range> splits(int minSplits) {
            return List.of(new Range(0), new Range(1), new Range(2));
        }

        @Override
        public SourceReader<Cell> open(Split split) {
            int size = RECORDS / PARTITIONS;
            Iterator<Cell> cells = new OneCell((long) ((Range) split).number() * size, size).iterator();
            return new SourceReader<>() {
                private Cell current = new Cell();

                @Override
                public boolean advance() {
                    boolean more = cells.hasNext();
                    current = more ? cells.next() : current;
                    return more;
                }

                @Override
                public Cell record() {
                    return current;
                }
            };
        }
    }

    private RDD<Long> starts() {
        return engine().range(0, RECORDS, OF_EACH, PARTITIONS);
    }

    private RDD<Long> numbers() {
        return engine().range(0, RECORDS, 1, PARTITIONS);
    }

    /** Returns the numbers from 0 as cells, in order, made in each way in which one object can stand for many records. */
    private Map<String, RDD<Cell>> emitters() {
        Map<String, RDD<Cell>> emitters = new LinkedHashMap<>();
        emitters.put("flatMap", starts().flatMap(start -> new OneCell(start, OF_EACH)));
        emitters.put("mapMulti", starts().mapMulti((start, emit) -> new OneCell(start, OF_EACH).forEach(emit::emit)));
        emitters.put(
                "flatMapToPair",
                starts().flatMapToPair(start -> {
                            Pair<Long, Cell> pair = Pair.of(start, new Cell());
                            return () -> LongStream.range(start, start + OF_EACH)
                                    .mapToObj(number -> {
                                        pair.value().with(number);
                                        return pair;
                                    })
                                    .iterator();
                        })
                        .values());
        emitters.put(
                "flatMapValues",
                starts().mapToPair(start -> Pair.of(start, start))
                        .flatMapValues(start -> new OneCell(start, OF_EACH))
                        .values());
        emitters.put(
                "mapPartitions",
                starts().mapPartitions(all -> new OneCell(all.next(), RECORDS / PARTITIONS).iterator()));
        emitters.put("source", engine().read(new Cells(), PARTITIONS));
        emitters.put("map", numbers().map(new Saying()));
        emitters.put("zipPartitions", numbers().zipPartitions(numbers(), (left, right) -> {
            return new OneCell(left.next(), RECORDS / PARTITIONS).iterator();
        }));
        return emitters;
    }

    private static final class Saying implements dev.favilla.function.MapFunction<Long, Cell> {

        private static final long serialVersionUID = 1L;

        private final Cell cell = new Cell();

        @Override
        public Cell call(Long number) {
            return cell.with(number);
        }
    }

    private static List<Long> seen(Iterable<Cell> cells) {
        List<Long> numbers = new ArrayList<>();
        cells.forEach(cell -> numbers.add(cell.number));
        return numbers;
    }

    private static RDD<Long> pulled(RDD<Cell> cells) {
        return cells.mapPartitions(records -> {
            List<Long> numbers = new ArrayList<>();
            records.forEachRemaining(cell -> numbers.add(cell.number));
            return numbers.iterator();
        });
    }

    private void assertAllAreSeen(String by, Function<RDD<Cell>, Iterable<Long>> consumer) {
        List<Long> all = LongStream.range(0, RECORDS).boxed().toList();
        emitters()
                .forEach((emitter, cells) -> assertThat(consumer.apply(cells))
                        .as("%s, then %s", emitter, by)
                        .containsExactlyElementsOf(all));
    }

    private static Iterable<Long> sorted(Iterable<Long> numbers) {
        List<Long> list = new ArrayList<>();
        numbers.forEach(list::add);
        list.sort(null);
        return list;
    }

    @Test
    void byIteratorsThatPull() {
        assertAllAreSeen("mapPartitions", cells -> pulled(cells).collect());
        assertAllAreSeen(
                "filter, mapPartitions",
                cells -> pulled(cells.filter(cell -> true)).collect());
        assertAllAreSeen(
                "map, mapPartitions", cells -> pulled(cells.map(cell -> cell)).collect());
        assertAllAreSeen(
                "two mapPartitions",
                cells -> pulled(cells.mapPartitions(records -> records)).collect());
        assertAllAreSeen(
                "flatMap, mapPartitions",
                cells -> pulled(cells.flatMap(List::of)).collect());
        assertAllAreSeen("foreachPartition", cells -> {
            CollectionAccumulator<Long> numbers = engine().collectionAccumulator("seen");
            cells.foreachPartition(records -> records.forEachRemaining(cell -> numbers.add(cell.number)));
            return new TreeSet<>(numbers.value());
        });
    }

    @Test
    void byPartitionsReadSideBySide() {
        assertAllAreSeen(
                "zip",
                cells -> cells.zip(numbers()).map(pair -> pair.key().number).collect());
        assertAllAreSeen(
                "zip on the right",
                cells -> numbers().zip(cells).map(pair -> pair.value().number).collect());
        assertAllAreSeen(
                "zip with itself, mapPartitions",
                cells -> pulled(cells.zip(cells).map(Pair::value)).collect());
        assertAllAreSeen(
                "zipWithIndex",
                cells -> cells.zipWithIndex().map(pair -> pair.key().number).collect());
        assertAllAreSeen(
                "cartesian",
                cells -> cells.cartesian(engine().parallelize(List.of(1), 1))
                        .map(pair -> pair.key().number)
                        .collect());
        assertAllAreSeen(
                "cartesian on the right",
                cells -> engine().parallelize(List.of(1), 1)
                        .cartesian(cells)
                        .map(pair -> pair.value().number)
                        .collect());
    }

    @Test
    void byPartitionsReadOneAfterTheOther() {
        assertAllAreSeen("coalesce", cells -> seen(cells.coalesce(1).collect()));
        assertAllAreSeen(
                "coalesce, mapPartitions", cells -> pulled(cells.coalesce(1)).collect());
        assertAllAreSeen(
                "coalesce, zip",
                cells -> cells.coalesce(1)
                        .zip(numbers().coalesce(1))
                        .map(pair -> pair.key().number)
                        .collect());
        assertAllAreSeen(
                "union, mapPartitions",
                cells -> pulled(cells.union(cells.filter(cell -> false))).collect());
    }

    @Test
    void byWhatHoldsAPartition() {
        assertAllAreSeen(
                "glom", cells -> cells.glom().flatMap(ReusedRecordsTest::seen).collect());
        assertAllAreSeen(
                "collected glom",
                cells -> cells.glom().collect().stream()
                        .flatMap(partition -> seen(partition).stream())
                        .toList());
        assertAllAreSeen("toLocalIterator", cells -> seen(Engines.toList(cells.toLocalIterator())));
        assertAllAreSeen("collect", cells -> seen(cells.collect()));
        assertAllAreSeen("take", cells -> seen(cells.take(RECORDS)));
        assertAllAreSeen("takeOrdered", cells -> seen(cells.takeOrdered(RECORDS)));
        assertAllAreSeen("takeSample", cells -> sorted(seen(cells.takeSample(false, RECORDS, 1))));
        for (StorageLevel level : List.of(StorageLevel.MEMORY_ONLY, StorageLevel.MEMORY_ONLY_SER)) {
            assertAllAreSeen("the second reading at " + level, cells -> {
                RDD<Cell> kept = cells.filter(cell -> true);
                kept.persist(level).count();
                List<Long> numbers = seen(kept.collect());
                kept.unpersist();
                return numbers;
            });
        }
    }

    @Test
    void bySortsAndShuffles() {
        assertAllAreSeen(
                "sortBy",
                cells -> seen(cells.sortBy(cell -> cell.number, true, 2).collect()));
        assertAllAreSeen(
                "repartition", cells -> sorted(seen(cells.repartition(2).collect())));
        assertAllAreSeen("distinct", cells -> sorted(seen(cells.distinct().collect())));
        assertAllAreSeen(
                "groupBy",
                cells -> sorted(cells.groupBy(cell -> cell.number % 2)
                        .values()
                        .flatMap(ReusedRecordsTest::seen)
                        .collect()));
        assertAllAreSeen(
                "reduceByKey where nothing is shuffled",
                cells -> sorted(cells.mapToPair(cell -> Pair.of(cell.number, cell))
                        .partitionBy(new HashPartitioner(2))
                        .flatMapValues(cell -> new OneCell(cell.number, 1))
                        .reduceByKey(new HashPartitioner(2), (a, b) -> a)
                        .map(pair -> pair.value().number)
                        .collect()));
        assertAllAreSeen(
                "countByValue", cells -> sorted(seen(cells.countByValue().keySet())));
    }

    @Test
    void byChainsThatAreCut() {
        assertAllAreSeen("600 filters", cells -> {
            RDD<Cell> deep = cells;
            for (int i = 0; i < 600; i++) {
                deep = deep.filter(cell -> true);
            }
            return seen(deep.collect());
        });
        assertAllAreSeen("600 iterators", cells -> {
            RDD<Cell> deep = cells;
            for (int i = 0; i < 600; i++) {
                deep = deep.mapPartitions(records -> records);
            }
            return seen(deep.collect());
        });
    }
}
