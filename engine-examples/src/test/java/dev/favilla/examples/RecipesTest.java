package dev.favilla.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.favilla.EngineContext;
import dev.favilla.Pair;
import dev.favilla.PairRDD;
import dev.favilla.RDD;
import dev.favilla.attempt.Metric;
import dev.favilla.examples.Recipes.Click;
import dev.favilla.examples.Recipes.Customer;
import dev.favilla.examples.Recipes.Order;
import dev.favilla.examples.Recipes.Point;
import dev.favilla.examples.Recipes.Session;
import dev.favilla.status.JobReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The recipes give what plain collections give. */
class RecipesTest {

    private static final List<Customer> CUSTOMERS =
            List.of(new Customer(1, "Ada"), new Customer(2, "Bob"), new Customer(3, "Cy"));
    private static final List<Order> ORDERS =
            List.of(new Order(1, 50), new Order(2, 20), new Order(1, 7), new Order(9, 4));

    @ParameterizedTest
    @ValueSource(strings = {"local[2]", "local-cluster[2,1,64]"})
    void wordCount(String master) throws IOException {
        Map<String, Long> expected = IndependentCount.of(List.of(Run.resource(ShippedText.MOBY_DICK)))
                .counts();
        try (EngineContext engine = EngineContext.open(master)) {
            RDD<String> lines =
                    engine.textFile(Run.resource(ShippedText.MOBY_DICK).toString());

            assertThat(Recipes.wordCount(lines).collectAsMap()).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"local[2]", "local-cluster[2,1,64]"})
    void joins(String master) {
        try (EngineContext engine = EngineContext.open(master)) {
            RDD<Order> orders = engine.parallelize(ORDERS, 3);
            RDD<Customer> customers = engine.parallelize(CUSTOMERS, 2);

            assertThat(Recipes.spentByName(orders, customers).collectAsMap()).isEqualTo(Map.of("Ada", 57L, "Bob", 20L));
            assertThat(Recipes.customersWithoutOrders(orders, customers).collect())
                    .containsExactly("Cy");
            assertThat(Recipes.report(orders, customers).collect())
                    .containsExactlyInAnyOrder("Ada: 57", "Bob: 20", "Cy: 0", "unknown 9: 4");
            assertThat(Recipes.withNamesOfAFew(orders, customers).collect())
                    .containsExactly("Ada 50", "Bob 20", "Ada 7");
            assertThat(Recipes.withNames(engine, orders, Map.of(1L, "Ada", 2L, "Bob", 9L, "Eve"))
                            .collect())
                    .containsExactly("Ada 50", "Bob 20", "Ada 7", "Eve 4");
            assertThat(last(engine).stagesRun()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"local[2]", "local-cluster[2,1,64]"})
    void topPerKey(String master) throws Exception {
        List<Pair<String, Long>> scores = new ArrayList<>();
        Random random = new Random(7);
        for (int i = 0; i < 2_000; i++) {
            scores.add(Pair.of("key" + random.nextInt(5), (long) random.nextInt(10_000)));
        }
        Map<String, List<Long>> expected = scores.stream()
                .collect(Collectors.groupingBy(
                        Pair::key,
                        Collectors.collectingAndThen(
                                Collectors.mapping(Pair::value, Collectors.toList()),
                                values -> values.stream()
                                        .sorted(Comparator.reverseOrder())
                                        .limit(3)
                                        .toList())));
        try (EngineContext engine = EngineContext.open(master)) {
            PairRDD<String, Long> dataset = engine.parallelizePairs(scores, 4);

            assertThat(Recipes.largest(dataset, 3).collectAsMap()).isEqualTo(expected);
            assertThat(last(engine).metrics().get(Metric.SHUFFLE_RECORDS_WRITTEN))
                    .isEqualTo(5 * 4);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"local[2]", "local-cluster[2,1,64]"})
    void secondarySortAndSessions(String master) {
        List<Click> clicks = clicks();
        try (EngineContext engine = EngineContext.open(master)) {
            RDD<Click> inOrder = Recipes.inOrder(engine.parallelize(clicks, 3), 4);

            Map<String, List<Click>> expected = clicks.stream()
                    .sorted(Comparator.comparing(Click::second))
                    .collect(Collectors.groupingBy(Click::user));
            assertThat(inOrder.collect().stream().collect(Collectors.groupingBy(Click::user)))
                    .isEqualTo(expected);
            assertThat(Recipes.sessions(inOrder, 30).collect())
                    .containsExactlyInAnyOrderElementsOf(sessions(expected, 30));
            assertThat(engine.recentJobs().get(0).stagesRun()).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"local[2]", "local-cluster[2,1,64]"})
    void saltedJoin(String master) {
        List<Pair<String, Long>> skewed = LongStream.range(0, 4_000)
                .mapToObj(i -> Pair.of(i % 20 == 0 ? "rare" + i % 7 : "hot", i))
                .toList();
        List<Pair<String, String>> small = new ArrayList<>(List.of(Pair.of("hot", "H"), Pair.of("none", "N")));
        IntStream.range(0, 7).forEach(i -> small.add(Pair.of("rare" + i, "R" + i)));
        try (EngineContext engine = EngineContext.open(master)) {
            PairRDD<String, Long> left = engine.parallelizePairs(skewed, 4);
            PairRDD<String, String> right = engine.parallelizePairs(small, 2);
            PairRDD<String, Pair<Long, String>> plain = left.join(right, 8);
            PairRDD<String, Pair<Long, String>> salted = Recipes.saltedJoin(left, right, 16, 8);

            assertThat(salted.collect()).containsExactlyInAnyOrderElementsOf(plain.collect());
            assertThat(largestPartition(plain)).isGreaterThanOrEqualTo(3_800);
            assertThat(largestPartition(salted)).isLessThan(3_800 / 3);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"local[2]", "local-cluster[2,1,64]"})
    void afterManyRounds(String master, @TempDir Path checkpoints) {
        try (EngineContext engine = EngineContext.open(master)) {
            engine.setCheckpointDir(checkpoints.toString());

            RDD<Long> numbers = Recipes.afterManyRounds(engine.range(1, 100), 25);

            assertThat(numbers.collect())
                    .isEqualTo(LongStream.range(1, 100)
                            .map(start -> LongStream.iterate(start, x -> x % 2 == 0 ? x / 2 : 3 * x + 1)
                                    .skip(25)
                                    .findFirst()
                                    .orElseThrow())
                            .boxed()
                            .toList());
            assertThat(numbers.toDebugString()).contains("Checkpoint: " + checkpoints);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"local[2]", "local-cluster[2,1,64]"})
    void kMeans(String master) {
        Random random = new Random(11);
        List<Point> middles = List.of(new Point(0, 0), new Point(10, 0), new Point(0, 10));
        List<Point> points = new ArrayList<>();
        for (int i = 0; i < 900; i++) {
            Point middle = middles.get(i % 3);
            points.add(new Point(middle.x() + random.nextGaussian(), middle.y() + random.nextGaussian()));
        }
        List<Point> start = List.of(new Point(2, 2), new Point(6, 1), new Point(1, 6));
        List<Point> expected = start;
        for (int round = 0; round < 5; round++) {
            expected = step(points, expected);
        }
        try (EngineContext engine = EngineContext.open(master)) {
            List<Point> centers = Recipes.kMeans(engine.parallelize(points, 4).cache(), start, 5);

            for (int i = 0; i < 3; i++) {
                assertThat(centers.get(i).squaredDistance(expected.get(i))).isCloseTo(0, within(1e-18));
                assertThat(centers.get(i).squaredDistance(middles.get(i))).isLessThan(0.1);
            }
            assertThat(engine.recentJobs()).hasSize(5);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"local[2]", "local-cluster[2,1,64]"})
    void invertedIndex(String master) throws IOException {
        String directory = Run.resource("/data/state-of-the-union").toString();
        try (EngineContext engine = EngineContext.open(master)) {
            PairRDD<String, String> texts = engine.wholeTextFiles(directory);

            Map<String, TreeSet<String>> expected = new HashMap<>();
            for (Pair<String, String> text : texts.collect()) {
                for (String word : IndependentCount.of(List.of(Path.of(text.key())))
                        .counts()
                        .keySet()) {
                    expected.computeIfAbsent(word, key -> new TreeSet<>()).add(text.key());
                }
            }
            assertThat(Recipes.invertedIndex(texts).collectAsMap()).isEqualTo(expected);
        }
    }

    private static JobReport last(EngineContext engine) {
        List<JobReport> jobs = engine.recentJobs();
        return jobs.get(jobs.size() - 1);
    }

    private static <T> long largestPartition(RDD<T> dataset) {
        return Collections.max(
                dataset.mapPartitions(records -> List.of(count(records)).iterator())
                        .collect());
    }

    private static long count(Iterator<?> records) {
        long count = 0;
        for (; records.hasNext(); records.next()) {
            count++;
        }
        return count;
    }

    private static List<Click> clicks() {
        Random random = new Random(3);
        List<Click> clicks = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            clicks.add(new Click("user" + random.nextInt(9), 17L * i + random.nextInt(5)));
        }
        Collections.shuffle(clicks, random);
        return clicks;
    }

    private static List<Session> sessions(Map<String, List<Click>> byUser, long gap) {
        List<Session> sessions = new ArrayList<>();
        byUser.forEach((user, clicks) -> {
            int from = 0;
            for (int i = 1; i <= clicks.size(); i++) {
                if (i == clicks.size()
                        || clicks.get(i).second() - clicks.get(i - 1).second() > gap) {
                    sessions.add(new Session(
                            user, clicks.get(from).second(), clicks.get(i - 1).second(), i - from));
                    from = i;
                }
            }
        });
        return sessions;
    }

    private static List<Point> step(List<Point> points, List<Point> centers) {
        Map<Integer, List<Point>> nearest = points.stream()
                .collect(Collectors.groupingBy(
                        point -> Recipes.nearest(point, centers), TreeMap::new, Collectors.toList()));
        return IntStream.range(0, centers.size())
                .mapToObj(i -> new Point(
                        nearest.get(i).stream().mapToDouble(Point::x).average().orElseThrow(),
                        nearest.get(i).stream().mapToDouble(Point::y).average().orElseThrow()))
                .toList();
    }
}
