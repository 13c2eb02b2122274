package dev.favilla.examples;

import dev.favilla.EngineContext;
import dev.favilla.Ordering;
import dev.favilla.Pair;
import dev.favilla.PairRDD;
import dev.favilla.RDD;
import dev.favilla.examples.FlightTables.Route;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Ranks airports by the flights that lead to them, from airports that are ranked alike. */
final class PageRankExample implements Command {

    private static final int DEFAULT_TOP = 10;
    private static final int DEFAULT_ROUNDS = 10;
    private static final int PARTITIONS = 4;

    /** How much of a rank goes on by the links; the rest is everybody's. */
    private static final double DAMPING = 0.85;

    private static final Ordering<Pair<String, Double>> HIGHEST_FIRST =
            Ordering.<Pair<String, Double>, Double>by(Pair::value).reversed().thenBy(Pair::key);

    @Override
    public String name() {
        return "pagerank";
    }

    @Override
    public String summary() {
        return "ranks airports by the flights between them, with links that are cached";
    }

    @Override
    public String help() {
        return """
                Usage: java -jar engine-examples.jar pagerank [FLIGHTS] [OPTION]...

                Prints the airports of the highest rank as "rank<TAB>airport"; what the engine did goes to standard error.
                FLIGHTS is a CSV file with the columns origin, destination and count; without it, reads the flights in the
                US in 2008. Each airport begins with rank 1. In each round it hands 85 % of its rank on, in proportion to
                the flights that leave it, and has 0.15 and what it is handed. An airport without departures keeps nothing
                and hands nothing on. The links are cached and lie by key, so that a round moves no link.

                Options:
                  --top N         print N airports; 10 if not given
                  --rounds R      hand ranks on R times; 10 if not given
                  --master M      as for wordcount; local[*] if not given
                  --partitions P  shuffle to P partitions; 4 if not given
                  --debug         print the stack trace of an error
                  --help          print this
                """;
    }

    @Override
    public Set<String> flags() {
        return Set.of();
    }

    @Override
    public Set<String> options() {
        return Set.of("--top", "--rounds", "--master", "--partitions");
    }

    @Override
    public void run(Arguments arguments, Console console) throws Exception {
        int top = arguments.positive("--top").orElse(DEFAULT_TOP);
        int rounds = arguments.positive("--rounds").orElse(DEFAULT_ROUNDS);
        int partitions = arguments.positive("--partitions").orElse(PARTITIONS);
        arguments.requireOperands(0, 1);
        EngineContext.Builder builder = EngineContext.builder().appName("pagerank");
        arguments.value("--master").ifPresent(builder::master);
        try (ShippedTexts tables = ShippedTexts.of(arguments.operands(), List.of(FlightTables.FLIGHTS));
                EngineContext engine = builder.open()) {
            RDD<Route> routes = engine.readCsv(tables.paths().get(0), Route.class);
            PairRDD<String, List<Link>> links = links(routes, partitions).cache();
            for (Pair<String, Double> rank : ranks(links, rounds).takeOrdered(top, HIGHEST_FIRST)) {
                console.out().print(String.format(Locale.ROOT, "%.4f\t%s\n", rank.value(), rank.key()));
            }
            JobStatistics.print(engine.recentJobs(), console.err());
        }
    }

    /** Returns for each airport where its flights lead; an airport without departures has no links. */
    static PairRDD<String, List<Link>> links(RDD<Route> routes, int partitions) {
        return routes.keyBy(Route::origin)
                .cogroup(routes.keyBy(Route::destination), partitions)
                .mapValues(atAirport -> linksOf(atAirport.first()));
    }

    private static List<Link> linksOf(Iterable<Route> departures) {
        long flights = 0;
        for (Route route : departures) {
            flights += route.count();
        }
        List<Link> links = new ArrayList<>();
        for (Route route : departures) {
            links.add(new Link(route.destination(), (double) route.count() / flights));
        }
        return links;
    }

    /** Returns each airport's rank after {@code rounds}. */
    static PairRDD<String, Double> ranks(PairRDD<String, List<Link>> links, int rounds) {
        PairRDD<String, Double> ranks = links.mapValues(departures -> 1.0);
        for (int round = 0; round < rounds; round++) {
            PairRDD<String, Double> received = links.join(ranks)
                    .<String, Double>mapMultiToPair((row, out) -> {
                        for (Link link : row.value().key()) {
                            out.emit(Pair.of(
                                    link.to(), link.share() * row.value().value()));
                        }
                    })
                    .reduceByKey(links.partitioner().orElseThrow(), Double::sum);
            ranks = links.leftOuterJoin(received)
                    .mapValues(
                            row -> 1 - DAMPING + DAMPING * row.optionalRight().orElse(0.0));
        }
        return ranks;
    }

    /**
     * What an airport hands on, and to whom.
     *
     * @param to the code of the airport it goes to
     * @param share the part of the flights that go there
     */
    record Link(String to, double share) implements Serializable {}
}
