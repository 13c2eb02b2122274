package dev.favilla.examples;

import dev.favilla.Broadcast;
import dev.favilla.EngineContext;
import dev.favilla.Joined;
import dev.favilla.Ordering;
import dev.favilla.Pair;
import dev.favilla.PairRDD;
import dev.favilla.RDD;
import dev.favilla.shuffle.HashPartitioner;
import dev.favilla.shuffle.Partitioner;
import dev.favilla.stats.Aggregate;
import dev.favilla.stats.Aggregates;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.IntStream;

/** What {@code docs/recipes.md} shows. */
final class Recipes {

    private Recipes() {}

    static PairRDD<String, Long> wordCount(RDD<String> lines) {
        return lines.flatMap(line -> List.of(line.toLowerCase(Locale.ROOT).split("[^\\p{L}]+")))
                .filter(word -> !word.isEmpty())
                .mapToPair(word -> Pair.of(word, 1L))
                .reduceByKey(Long::sum);
    }

    record Customer(long id, String name) implements Serializable {}

    record Order(long customer, long cents) implements Serializable {}

    static PairRDD<String, Long> spentByName(RDD<Order> orders, RDD<Customer> customers) {
        PairRDD<Long, String> names = customers.mapToPair(customer -> Pair.of(customer.id(), customer.name()));
        return orders.mapToPair(order -> Pair.of(order.customer(), order.cents()))
                .join(names)
                .mapToPair(row -> Pair.of(row.value().value(), row.value().key()))
                .reduceByKey(Long::sum);
    }

    static RDD<String> customersWithoutOrders(RDD<Order> orders, RDD<Customer> customers) {
        return customers
                .keyBy(Customer::id)
                .subtractByKey(orders.keyBy(Order::customer))
                .values()
                .map(Customer::name);
    }

    static RDD<String> report(RDD<Order> orders, RDD<Customer> customers) {
        PairRDD<Long, Joined<Long, String>> rows = orders.mapToPair(order -> Pair.of(order.customer(), order.cents()))
                .reduceByKey(Long::sum)
                .fullOuterJoin(customers.mapToPair(customer -> Pair.of(customer.id(), customer.name())));
        return rows.map(row -> row.value().optionalRight().orElse("unknown " + row.key()) + ": "
                + row.value().optionalLeft().orElse(0L));
    }

    static RDD<String> withNamesOfAFew(RDD<Order> orders, RDD<Customer> customers) {
        PairRDD<Long, String> names = customers.mapToPair(customer -> Pair.of(customer.id(), customer.name()));
        return orders.keyBy(Order::customer)
                .joinBroadcast(names)
                .map(row -> row.value().value() + " " + row.value().key().cents());
    }

    static RDD<String> withNames(EngineContext engine, RDD<Order> orders, Map<Long, String> names) {
        Broadcast<Map<Long, String>> shared = engine.broadcast(names);
        return orders.map(order -> shared.value().get(order.customer()) + " " + order.cents());
    }

    static PairRDD<String, List<Long>> largest(PairRDD<String, Long> scores, int n) throws Exception {
        Aggregate<Long, List<Long>, List<Long>> top = Aggregates.topN(n, Ordering.natural());
        return scores.aggregateByKey(top.zero(), top::add, top::merge).mapValues(top::finish);
    }

    record Click(String user, long second) implements Serializable {}

    record ByUser(int numPartitions) implements Partitioner {

        @Override
        public int partition(Object key) {
            return new HashPartitioner(numPartitions).partition(((Click) key).user());
        }
    }

    static RDD<Click> inOrder(RDD<Click> clicks, int partitions) {
        return clicks.mapToPair(click -> Pair.of(click, 1))
                .repartitionAndSortWithinPartitions(
                        new ByUser(partitions), Ordering.by(Click::user).thenBy(Click::second))
                .keys();
    }

    record Session(String user, long first, long last, int clicks) implements Serializable {

        boolean goesOnWith(Click click, long gap) {
            return click.user().equals(user) && click.second() - last <= gap;
        }

        Session with(Click click) {
            return new Session(user, first, click.second(), clicks + 1);
        }
    }

    static RDD<Session> sessions(RDD<Click> inOrder, long gap) {
        return inOrder.mapPartitions(clicks -> {
            List<Session> sessions = new ArrayList<>();
            while (clicks.hasNext()) {
                Click click = clicks.next();
                int last = sessions.size() - 1;
                if (last >= 0 && sessions.get(last).goesOnWith(click, gap)) {
                    sessions.set(last, sessions.get(last).with(click));
                } else {
                    sessions.add(new Session(click.user(), click.second(), click.second(), 1));
                }
            }
            return sessions.iterator();
        });
    }

    record Salted(String key, int salt) implements Serializable {}

    static PairRDD<String, Pair<Long, String>> saltedJoin(
            PairRDD<String, Long> skewed, PairRDD<String, String> small, int salts, int partitions) {
        PairRDD<Salted, Long> spread = skewed.mapToPair(row ->
                Pair.of(new Salted(row.key(), Math.floorMod(row.value().hashCode(), salts)), row.value()));
        PairRDD<Salted, String> copies = small.mapMultiToPair((row, out) -> {
            for (int salt = 0; salt < salts; salt++) {
                out.emit(Pair.of(new Salted(row.key(), salt), row.value()));
            }
        });
        return spread.join(copies, partitions)
                .mapToPair(row -> Pair.of(row.key().key(), row.value()));
    }

    record Point(double x, double y) implements Serializable {

        double squaredDistance(Point other) {
            return (x - other.x) * (x - other.x) + (y - other.y) * (y - other.y);
        }
    }

    record Sum(double x, double y, long count) implements Serializable {

        Sum plus(Sum other) {
            return new Sum(x + other.x, y + other.y, count + other.count);
        }

        Point mean() {
            return new Point(x / count, y / count);
        }
    }

    static int nearest(Point point, List<Point> centers) {
        return IntStream.range(0, centers.size())
                .boxed()
                .min(Comparator.comparing(i -> point.squaredDistance(centers.get(i))))
                .orElseThrow();
    }

    static List<Point> kMeans(RDD<Point> points, List<Point> start, int rounds) {
        List<Point> centers = start;
        for (int round = 0; round < rounds; round++) {
            List<Point> now = centers;
            Map<Integer, Sum> sums = points.mapToPair(
                            point -> Pair.of(nearest(point, now), new Sum(point.x(), point.y(), 1)))
                    .reduceByKey(Sum::plus)
                    .collectAsMap();
            centers = IntStream.range(0, now.size())
                    .mapToObj(i -> sums.containsKey(i) ? sums.get(i).mean() : now.get(i))
                    .toList();
        }
        return centers;
    }

    static RDD<Long> afterManyRounds(RDD<Long> start, int rounds) {
        RDD<Long> numbers = start;
        for (int round = 1; round <= rounds; round++) {
            numbers = numbers.map(x -> x % 2 == 0 ? x / 2 : 3 * x + 1);
            if (round % 10 == 0) {
                numbers.cache().checkpoint().count();
            }
        }
        return numbers;
    }

    static PairRDD<String, TreeSet<String>> invertedIndex(PairRDD<String, String> texts) {
        return texts.flatMapToPair(text -> {
                    List<Pair<String, String>> found = new ArrayList<>();
                    Words.of(text.value(), word -> found.add(Pair.of(word, text.key())));
                    return found;
                })
                .aggregateByKey(
                        new TreeSet<>(),
                        (names, name) -> {
                            names.add(name);
                            return names;
                        },
                        (names, others) -> {
                            names.addAll(others);
                            return names;
                        });
    }
}
