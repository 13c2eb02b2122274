package dev.favilla.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AirportsExampleTest {

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"local[2]", "local-cluster[2,1,64]"})
    void routesAreThoseOfStreams(String master) throws IOException {
        List<String> expected = byStreams();

        Run run = Run.of("airports", "--master", master, "--top", "1000000");

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.outLines()).hasSizeGreaterThan(4_000).isEqualTo(expected);
    }

    @Test
    void theBusiestComeFirstTenUnlessToldOtherwise() {
        List<String> ten = Run.of("airports", "--master", "local[2]").outLines();

        assertThat(ten).hasSize(10).startsWith("19548\tNew York, NY\tBoston, MA", "19401\tBoston, MA\tNew York, NY");
        assertThat(Run.of("airports", "--master", "local[2]", "--partitions", "1", "--top", "3")
                        .outLines())
                .isEqualTo(ten.subList(0, 3));
    }

    @Test
    void aHealthyRunReadsHealthy() {
        assertThat(Run.of("airports", "--master", "local[2]").err())
                .contains("15 tasks (15 attempts) and 1 merge")
                .doesNotContain("failure");
    }

    @Test
    void anAirportThatIsNotInTheTableStandsForItsCity() throws IOException {
        Path airports = Files.writeString(directory.resolve("airports"), "state,iata,city\nIL,ORD,\"Chi, cago\"\n");
        Path flights = Files.writeString(
                directory.resolve("flights"), "origin,destination,count\nORD,XYZ,5\nXYZ,ORD,6\nXYZ,XYZ,7\n");

        assertThat(Run.of("airports", airports.toString(), flights.toString()).outLines())
                .containsExactly("7\tXYZ\tXYZ", "6\tXYZ\tChi, cago, IL", "5\tChi, cago, IL\tXYZ");
    }

    @Test
    void whatIsWrongInATableIsSaidInOneLine() throws IOException {
        Path airports = Files.writeString(directory.resolve("airports"), "iata,city,state\n");
        Path flights = Files.writeString(directory.resolve("flights"), "origin,destination,count\nORD,MDW,many\n");

        Run run = Run.of("airports", airports.toString(), flights.toString());

        assertThat(run.code()).isEqualTo(Main.FAILURE);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains("flights", "line 2", "'count'", "many");
        assertThat(run.err().lines()).hasSize(1);
    }

    @Test
    void oneTableIsNotEnough() {
        assertThat(Run.of("airports", "airports.csv"))
                .isEqualTo(new Run(Main.USAGE, "", "engine-examples: there must be 0 or 2 operands, got 1\n"));
    }

    /** Without the engine, and with another parser: the code is the first field, city and state follow the name. */
    private static List<String> byStreams() throws IOException {
        Map<String, String> cities = lines(FlightTables.AIRPORTS)
                .map(line -> line.split(",(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)", -1))
                .collect(Collectors.toMap(
                        fields -> fields[0], fields -> (fields[2] + ", " + fields[3]).replace("\"", "")));
        Map<String, Long> routes = lines(FlightTables.FLIGHTS)
                .map(line -> line.split(","))
                .collect(Collectors.groupingBy(
                        fields -> cities.get(fields[0]) + "\t" + cities.get(fields[1]),
                        Collectors.summingLong(fields -> Long.parseLong(fields[2]))));
        return routes.entrySet().stream()
                .sorted(Comparator.comparing((Map.Entry<String, Long> route) -> -route.getValue())
                        .thenComparing(route -> route.getKey().split("\t")[0])
                        .thenComparing(route -> route.getKey().split("\t")[1]))
                .map(route -> route.getValue() + "\t" + route.getKey())
                .toList();
    }

    static Stream<String> lines(String table) throws IOException {
        return Files.readAllLines(Run.resource(table)).stream().skip(1);
    }
}
