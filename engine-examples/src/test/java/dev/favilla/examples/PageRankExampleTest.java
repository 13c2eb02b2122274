package dev.favilla.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.favilla.EngineContext;
import dev.favilla.Pair;
import dev.favilla.PairRDD;
import dev.favilla.attempt.Metric;
import dev.favilla.examples.FlightTables.Route;
import dev.favilla.examples.PageRankExample.Link;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PageRankExampleTest {

    private static final int ROUNDS = 10;

    @ParameterizedTest
    @ValueSource(strings = {"local[2]", "local-cluster[2,1,64]"})
    void ranksAreThoseOfALoop(String master) throws IOException {
        Map<String, Double> expected = byLoop();

        try (EngineContext engine = EngineContext.open(master)) {
            Map<String, Double> ranks =
                    PageRankExample.ranks(links(engine).cache(), ROUNDS).collectAsMap();

            assertThat(ranks).containsOnlyKeys(expected.keySet());
            ranks.forEach(
                    (airport, rank) -> assertThat(rank).as(airport).isCloseTo(expected.get(airport), within(1e-9)));
        }
    }

    @Test
    void everyRunHasTheSameBits() {
        try (EngineContext two = EngineContext.open("local[2]");
                EngineContext cluster = EngineContext.open("local-cluster[3,1,64]")) {
            List<Pair<String, Double>> ranks =
                    PageRankExample.ranks(links(two).cache(), ROUNDS).collect();

            assertThat(PageRankExample.ranks(links(cluster), ROUNDS).collect()).isEqualTo(ranks);
        }
    }

    @Test
    void aRoundShufflesRanksButNoLinks() {
        try (EngineContext engine = EngineContext.open("local[2]")) {
            PairRDD<String, List<Link>> links = links(engine).cache();
            links.count();

            PageRankExample.ranks(links, ROUNDS).count();

            var report = engine.recentJobs().get(1);
            assertThat(report.stagesRun()).isEqualTo(ROUNDS + 1);
            assertThat(report.metrics().get(Metric.RECORDS_READ)).isZero();
            assertThat(report.metrics().get(Metric.SHUFFLE_RECORDS_WRITTEN))
                    .isLessThanOrEqualTo(ROUNDS * 4L * links.count());
        }
    }

    @Test
    void theHighestComesFirst() throws IOException {
        Map.Entry<String, Double> highest =
                byLoop().entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow();

        Run run = Run.of("pagerank", "--master", "local[2]", "--top", "5");

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.outLines()).hasSize(5);
        assertThat(run.outLines().get(0))
                .isEqualTo(String.format(Locale.ROOT, "%.4f\t%s", highest.getValue(), highest.getKey()));
    }

    private static PairRDD<String, List<Link>> links(EngineContext engine) {
        return PageRankExample.links(
                engine.readCsv(Run.resource(FlightTables.FLIGHTS).toString(), Route.class), 4);
    }

    /** Without the engine: ranks go from row to row of the table. */
    private static Map<String, Double> byLoop() throws IOException {
        List<String[]> rows = AirportsExampleTest.lines(FlightTables.FLIGHTS)
                .map(line -> line.split(","))
                .toList();
        Map<String, Double> departures = new HashMap<>();
        Map<String, Double> ranks = new HashMap<>();
        for (String[] row : rows) {
            departures.merge(row[0], Double.parseDouble(row[2]), Double::sum);
            ranks.put(row[0], 1.0);
            ranks.put(row[1], 1.0);
        }
        for (int round = 0; round < ROUNDS; round++) {
            Map<String, Double> next = new HashMap<>();
            ranks.keySet().forEach(airport -> next.put(airport, 0.15));
            for (String[] row : rows) {
                double share = Double.parseDouble(row[2]) / departures.get(row[0]);
                next.merge(row[1], 0.85 * ranks.get(row[0]) * share, Double::sum);
            }
            ranks = next;
        }
        return ranks;
    }
}
