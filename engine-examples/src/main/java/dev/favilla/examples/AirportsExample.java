package dev.favilla.examples;

import dev.favilla.EngineContext;
import dev.favilla.Ordering;
import dev.favilla.Pair;
import dev.favilla.PairRDD;
import dev.favilla.RDD;
import dev.favilla.examples.FlightTables.Airport;
import dev.favilla.examples.FlightTables.Route;
import java.io.Serializable;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** Joins flights with airports, and prints between which cities most of them are. */
final class AirportsExample implements Command {

    private static final int DEFAULT_TOP = 10;
    private static final int PARTITIONS = 4;

    /** The busiest first; routes with the same count in the order of their cities. */
    private static final Ordering<Pair<CityRoute, Long>> BUSIEST_FIRST = Ordering.<Pair<CityRoute, Long>, Long>by(
                    Pair::value)
            .reversed()
            .thenBy(route -> route.key().from())
            .thenBy(route -> route.key().to());

    @Override
    public String name() {
        return "airports";
    }

    @Override
    public String summary() {
        return "joins flights with airports and prints the busiest routes between cities";
    }

    @Override
    public String help() {
        return """
                Usage: java -jar engine-examples.jar airports [AIRPORTS FLIGHTS] [OPTION]...

                Prints the busiest routes as "flights<TAB>from<TAB>to", where a city has all its airports; what the engine
                did goes to standard error. AIRPORTS is a CSV file with the columns iata, city and state, FLIGHTS one with
                the columns origin, destination and count. Without them, reads the flights in the US in 2008. An airport
                that is not in AIRPORTS stands for its city.

                Options:
                  --top N         print N routes; 10 if not given
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
        return Set.of("--top", "--master", "--partitions");
    }

    @Override
    public void run(Arguments arguments, Console console) throws Exception {
        int top = arguments.positive("--top").orElse(DEFAULT_TOP);
        int partitions = arguments.positive("--partitions").orElse(PARTITIONS);
        arguments.requireOperands(0, 2);
        EngineContext.Builder builder = EngineContext.builder().appName("airports");
        arguments.value("--master").ifPresent(builder::master);
        List<String> shipped = List.of(FlightTables.AIRPORTS, FlightTables.FLIGHTS);
        try (ShippedTexts tables = ShippedTexts.of(arguments.operands(), shipped);
                EngineContext engine = builder.open()) {
            RDD<Airport> airports = engine.readCsv(tables.paths().get(0), Airport.class);
            RDD<Route> routes = engine.readCsv(tables.paths().get(1), Route.class);
            byCity(airports, routes, partitions)
                    .takeOrdered(top, BUSIEST_FIRST)
                    .forEach(route -> console.out()
                            .print(route.value() + "\t" + route.key().from() + "\t"
                                    + route.key().to() + "\n"));
            JobStatistics.print(engine.recentJobs(), console.err());
        }
    }

    /** Puts the cities in place of the airports, first of the one end, then of the other, and sums what is the same. */
    static PairRDD<CityRoute, Long> byCity(RDD<Airport> airports, RDD<Route> routes, int partitions) {
        PairRDD<String, String> cities = airports.mapToPair(airport -> Pair.of(airport.iata(), airport.place()));
        return routes.keyBy(Route::origin)
                .leftOuterJoin(cities, partitions)
                .mapToPair(row -> {
                    Route route = Objects.requireNonNull(row.value().left());
                    String from = row.value().optionalRight().orElse(row.key());
                    return Pair.of(route.destination(), new Departures(from, route.count()));
                })
                .leftOuterJoin(cities, partitions)
                .mapToPair(row -> {
                    Departures departures = Objects.requireNonNull(row.value().left());
                    String to = row.value().optionalRight().orElse(row.key());
                    return Pair.of(new CityRoute(departures.from(), to), departures.flights());
                })
                .reduceByKey(Long::sum, partitions);
    }

    /**
     * A route between cities.
     *
     * @param from where it begins
     * @param to where it ends
     */
    record CityRoute(String from, String to) implements Serializable {}

    /** Flights whose origin is known by its city. */
    private record Departures(String from, long flights) implements Serializable {}
}
