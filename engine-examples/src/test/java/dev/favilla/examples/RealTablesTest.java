package dev.favilla.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.EngineContext;
import dev.favilla.Ordering;
import dev.favilla.Pair;
import dev.favilla.PairRDD;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Real tables, joined by the engine and by a loop. */
class RealTablesTest {

    private static final String AIRPORTS = Run.resource("/data/airports.csv").toString();
    private static final String FLIGHTS =
            Run.resource("/data/flights-airport.csv").toString();

    @Test
    void departuresByStateAreThoseOfALoop() throws IOException {
        Map<String, Long> expected = loop();

        try (EngineContext engine = EngineContext.open("local[3]")) {
            assertThat(departures(engine).collectAsMap()).isEqualTo(expected);
        }
    }

    @Test
    void theBusiestStatesComeFirst() throws IOException {
        List<Pair<String, Long>> expected = loop().entrySet().stream()
                .map(entry -> Pair.of(entry.getKey(), entry.getValue()))
                .sorted(Comparator.comparing((Pair<String, Long> pair) -> -pair.value()))
                .limit(5)
                .toList();

        try (EngineContext engine = EngineContext.open("local[2]")) {
            assertThat(departures(engine).top(5, Ordering.by(Pair::value))).isEqualTo(expected);
        }
    }

    @Test
    void cachedRoutesServeTwoJobs() {
        try (EngineContext engine = EngineContext.open("local[2]")) {
            PairRDD<String, Long> departures = departures(engine).cache();

            assertThat(departures.count()).isEqualTo(departures.collect().size());
            assertThat(engine.status().cachedBlocks()).isEqualTo(departures.getNumPartitions());
        }
    }

    private static PairRDD<String, Long> departures(EngineContext engine) {
        PairRDD<String, String> states = engine.textFile(AIRPORTS, 3)
                .map(TestTables::fields)
                .filter(fields -> !fields.get(0).equals("iata"))
                .mapToPair(fields -> Pair.of(fields.get(0), fields.get(3)));
        PairRDD<String, Long> flights = engine.textFile(FLIGHTS, 2)
                .map(TestTables::fields)
                .filter(fields -> !fields.get(0).equals("origin"))
                .mapToPair(fields -> Pair.of(fields.get(0), Long.parseLong(fields.get(2))));
        return flights.join(states)
                .mapToPair(
                        joined -> Pair.of(joined.value().value(), joined.value().key()))
                .reduceByKey(Long::sum);
    }

    private static Map<String, Long> loop() throws IOException {
        Map<String, String> states = new HashMap<>();
        for (String line : Files.readAllLines(Run.resource("/data/airports.csv"))) {
            List<String> fields = TestTables.fields(line);
            states.put(fields.get(0), fields.get(3));
        }
        Map<String, Long> flights = new HashMap<>();
        List<String> lines = Files.readAllLines(Run.resource("/data/flights-airport.csv"));
        for (String line : lines.subList(1, lines.size())) {
            List<String> fields = TestTables.fields(line);
            String state = states.get(fields.get(0));
            if (state != null) {
                flights.merge(state, Long.parseLong(fields.get(2)), Long::sum);
            }
        }
        return flights;
    }

    /** The lines of the test's tables. */
    private static final class TestTables {

        private TestTables() {}

        /** Quoted fields may contain commas. */
        static List<String> fields(String line) {
            return List.of(line.split(",(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)", -1));
        }
    }
}
