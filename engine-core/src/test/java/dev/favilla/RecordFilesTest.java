package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.favilla.io.FileCodec;
import dev.favilla.testing.InEveryMode;
import dev.favilla.text.InputLimitException;
import dev.favilla.text.MalformedRecordException;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZonedDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Java records as CSV and as JSON lines: the same values come back, or an error that says where and why. */
@InEveryMode
@Timeout(60)
class RecordFilesTest {

    @AutoClose
    private final EngineContext engine = Engines.open("local[2]");

    @TempDir
    private Path directory;

    private String path(String name) {
        return directory.resolve(name).toString();
    }

    private String write(String name, String content) throws IOException {
        return Files.writeString(directory.resolve(name), content).toString();
    }

    private MalformedRecordException malformed(RDD<?> records) {
        return (MalformedRecordException)
                org.assertj.core.api.Assertions.catchThrowableOfType(JobFailedException.class, records::collect)
                        .getCause();
    }

    record City(String name, int people) {}

    record Flat(
            boolean flag,
            byte b,
            short s,
            int i,
            long l,
            float f,
            double d,
            char c,
            Boolean boxedFlag,
            Integer boxedInt,
            Double boxedDouble,
            String text,
            BigDecimal amount,
            BigInteger large,
            UUID id,
            LocalDate day,
            LocalDateTime time,
            Instant instant,
            ZonedDateTime zoned,
            Duration duration,
            TimeUnit unit,
            Optional<String> maybe,
            Optional<Integer> number) {}

    private static final List<Flat> FLAT = List.of(
            new Flat(
                    true,
                    (byte) -128,
                    Short.MAX_VALUE,
                    Integer.MIN_VALUE,
                    Long.MIN_VALUE,
                    1.1f,
                    -0.0,
                    'ß',
                    false,
                    7,
                    5e-324,
                    "a,\"b\"\r\nc\n\td \uD83D\uDC33",
                    new BigDecimal("1.500"),
                    BigInteger.TEN.pow(40),
                    new UUID(1, 2),
                    LocalDate.of(2026, 11, 29),
                    LocalDateTime.of(2026, 11, 29, 17, 30, 1, 5),
                    Instant.ofEpochSecond(-1, 999),
                    ZonedDateTime.parse("2026-11-29T17:30:00+01:00[Europe/Rome]"),
                    Duration.ofMillis(1500),
                    TimeUnit.NANOSECONDS,
                    Optional.of(""),
                    Optional.of(-3)),
            new Flat(
                    false,
                    (byte) 0,
                    (short) 0,
                    0,
                    0,
                    Float.MIN_VALUE,
                    Double.MAX_VALUE,
                    '"',
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    Optional.empty(),
                    Optional.empty()));

    record Point(double x, double y) {}

    record Shape(String name, List<Point> points, Map<String, List<Integer>> tags, Point center, Shape parent) {}

    private static final List<Shape> SHAPES = List.of(
            new Shape(
                    "\u0001\\/",
                    List.of(new Point(1, 2.5), new Point(-1e300, 0)),
                    Map.of("k\"", List.of(1, 2)),
                    null,
                    null),
            new Shape(null, List.of(), Map.of(), new Point(0, 0), new Shape("p", null, null, null, null)));

    @Nested
    class RoundTrips {

        @ParameterizedTest
        @ValueSource(ints = {1, 2, 3})
        void ofCsvGiveTheSameRecords(int partitions) {
            engine.parallelize(FLAT, partitions).saveAsCsv(path("out"));

            assertThat(engine.readCsv(path("out"), Flat.class).collect()).isEqualTo(FLAT);
        }

        @ParameterizedTest
        @ValueSource(ints = {1, 2, 3})
        void ofJsonLinesGiveTheSameRecords(int partitions) {
            engine.parallelize(FLAT, partitions).saveAsJsonLines(path("flat"));
            engine.parallelize(SHAPES, partitions).saveAsJsonLines(path("shapes"), FileCodec.GZIP);

            assertThat(engine.readJsonLines(path("flat"), Flat.class).collect()).isEqualTo(FLAT);
            assertThat(engine.readJsonLines(path("shapes"), Shape.class).collect())
                    .isEqualTo(SHAPES);
        }

        @Test
        void passIsolatedExecutors() {
            try (EngineContext cluster = Engines.open("local-cluster[2,1,64]")) {
                cluster.parallelize(SHAPES, 2).saveAsJsonLines(path("json"));
                cluster.parallelize(FLAT, 2).saveAsCsv(path("csv"));

                assertThat(cluster.readJsonLines(path("json"), Shape.class).collect())
                        .isEqualTo(SHAPES);
                assertThat(cluster.readCsv(path("csv"), Flat.class).collect()).isEqualTo(FLAT);
            }
        }

        @Test
        void areTheSameInAnyLocale() throws IOException {
            Locale before = Locale.getDefault();
            try {
                Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
                engine.parallelize(FLAT, 1).saveAsCsv(path("out"));
                assertThat(engine.readCsv(path("out"), Flat.class).collect()).isEqualTo(FLAT);
                assertThat(Files.exists(directory.resolve("out/part-00000.csv")))
                        .isTrue();
            } finally {
                Locale.setDefault(before);
            }
        }

        @Test
        void haveFilesThatOthersRead() throws IOException {
            List<City> cities =
                    Arrays.asList(new City("Roma", 3), new City("", 1), new City(null, 2), new City("a,b", 0));
            engine.parallelize(cities, 1).saveAsCsv(path("csv"));
            engine.parallelize(cities, 1).saveAsJsonLines(path("json"));

            assertThat(directory.resolve("csv/part-00000.csv"))
                    .hasContent("name,people\nRoma,3\n\"\",1\n,2\n\"a,b\",0\n");
            assertThat(directory.resolve("json/part-00000.jsonl"))
                    .hasContent("{\"name\":\"Roma\",\"people\":3}\n{\"name\":\"\",\"people\":1}\n"
                            + "{\"name\":null,\"people\":2}\n{\"name\":\"a,b\",\"people\":0}\n");
        }
    }

    @Nested
    class Csv {

        private List<City> read(String content) throws IOException {
            return engine.readCsv(write("in.csv", content), City.class).collect();
        }

        @ParameterizedTest
        @ValueSource(strings = {"\n", "\r\n", "\r"})
        void hasAnyLineEnds(String end) throws IOException {
            List<City> expected = List.of(new City("Roma", 3), new City("Bari" + end + "2", 4));
            String text = "\uFEFFpeople,other,name" + end + "3,x,Roma" + end + end + "4,,\"Bari" + end + "2\"";

            assertThat(read(text)).isEqualTo(expected);
            assertThat(read(text + end)).isEqualTo(expected);
        }

        @Test
        void withoutRowsIsEmpty() throws IOException {
            assertThat(read("name,people")).isEmpty();
            assertThat(read("name,people\n")).isEmpty();
            assertThat(read("")).isEmpty();
        }

        record One(String text) {}

        @Test
        void ofOneColumnHasEmptyRows() throws IOException {
            List<One> ones = Arrays.asList(new One(null), new One(""), new One("x"), new One(null));
            engine.parallelize(ones, 1).saveAsCsv(path("one"));

            assertThat(engine.readCsv(path("one"), One.class).collect()).isEqualTo(ones);
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                quoteCharacter = '\'',
                value = {
                    "Roma,x | 3 | people | 'x'",
                    "Roma, 3 | 3 | people | ' 3'",
                    "Roma,3.0 | 3 | people | '3.0'",
                    "Roma,2147483648 | 3 | people | '2147483648'",
                    "Roma,+3 | 3 | people | '+3'",
                    "Roma,٣ | 3 | people | '٣'",
                    "Roma, | 3 | people | ''",
                    "Roma | 3 | '' | 1 fields",
                    "Roma,3,4 | 3 | '' | 3 fields",
                    "Ro\"ma,3 | 3 | '' | Ro",
                    "\"Roma\"x,3 | 3 | '' | Roma",
                    "\"Roma,3 | 3 | '' | Roma"
                })
        void thatDoesNotFitSaysWhere(String row, long line, String field, String value) throws IOException {
            String file = write("bad.csv", "name,people\nok,1\n" + row + "\n");

            MalformedRecordException e = malformed(engine.readCsv(file, City.class));

            assertThat(e.path()).isEqualTo(file);
            assertThat(e.line()).isEqualTo(line);
            assertThat(e.field()).isEqualTo(field);
            assertThat(e).hasMessageContainingAll(file, "line " + line, value.replace("'", ""), "expected");
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                value = {"name,other | people", "name,people,name | name", "Name,people | name"})
        void withoutAColumnOrWithTwoSaysWhich(String header, String field) throws IOException {
            MalformedRecordException e = malformed(engine.readCsv(write("bad.csv", header + "\na,1,b\n"), City.class));

            assertThat(e.field()).isEqualTo(field);
            assertThat(e.line()).isEqualTo(1);
        }

        @Test
        void countsTheLinesInsideQuotes() throws IOException {
            String file = write("bad.csv", "name,people\r\n\"a\nb\rc\r\nd\",1\r\nx,y\r\n");

            assertThat(malformed(engine.readCsv(file, City.class)).line()).isEqualTo(6);
        }

        @Test
        void thatIsNotUtf8IsRefused() throws IOException {
            Path file = directory.resolve("latin.csv");
            Files.write(file, "name,people\nKöln,1\n".getBytes(StandardCharsets.ISO_8859_1));

            assertThat(malformed(engine.readCsv(file.toString(), City.class)).expected())
                    .isEqualTo("UTF-8");
        }

        @Test
        void withAQuoteThatNeverEndsIsLimited() throws IOException {
            String file = write("open.csv", "name,people\n\"" + "x\n".repeat(5000));
            try (EngineContext small = Engines.builder("local[1]")
                    .set("favilla.input.maxRecordSize", "1000")
                    .open()) {
                assertThatExceptionOfType(JobFailedException.class)
                        .isThrownBy(() -> small.readCsv(file, City.class).count())
                        .withCauseInstanceOf(InputLimitException.class);
            }
        }
    }

    @Nested
    class JsonLines {

        private RDD<City> read(String content) throws IOException {
            return engine.readJsonLines(write("in.jsonl", content), City.class, 1);
        }

        @ParameterizedTest
        @ValueSource(strings = {"\n", "\r\n", "\r"})
        void areTheSameWhereverTheFileIsCut(String end) throws IOException {
            String text = "\uFEFF{\"name\":\"é\",\"people\":1}" + end + "  " + end
                    + " { \"people\" : 2 , \"x\" : [1,{\"y\":null},\"}\"] } " + end
                    + "{\"people\":3,\"name\":\"\\ud83d\\udc33\\n\"}";
            String file = write("in.jsonl", text);
            List<City> expected = List.of(new City("é", 1), new City(null, 2), new City("\uD83D\uDC33\n", 3));

            for (int splits = 1; splits <= text.length() + 4; splits++) {
                assertThat(engine.readJsonLines(file, City.class, splits).collect())
                        .as("%s splits", splits)
                        .isEqualTo(expected);
            }
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "{\"people\":1.0}",
                    "{\"people\":\"1\"}",
                    "{\"people\":01}",
                    "{\"people\":1e2}",
                    "{\"people\":2147483648}",
                    "{\"people\":null}",
                    "{\"name\":\"x\"}",
                    "{\"people\":1,\"people\":1}",
                    "{\"people\":1,\"x\":1,\"x\":2}",
                    "{\"people\":1,}",
                    "{\"people\":1} x",
                    "{\"people\":1",
                    "{'people':1}",
                    "[1]",
                    "{\"people\":1,\"name\":7}",
                    "{\"people\":1,\"name\":\"\\ud83d\"}",
                    "{\"people\":1,\"name\":\"\\x\"}",
                    "{\"people\":1,\"name\":\"a\tb\"}",
                    "{\"people\":1,\"name\":\"open}",
                    "{\"people\":1,\"x\":nul}",
                    "{\"people\":1,\"x\":[1 2]}",
                    "{\"people\":NaN}",
                    "{\"people\":1,\"x\":0x10}"
                })
        void thatDoNotFitSayWhere(String bad) throws IOException {
            String ok = "{\"people\":1}\n";
            String file = write("bad.jsonl", ok.repeat(20) + bad + "\n" + ok);
            for (int splits : new int[] {1, 7, 40}) {
                MalformedRecordException e = malformed(engine.readJsonLines(file, City.class, splits));

                assertThat(e.path()).isEqualTo(file);
                assertThat(e.line()).as("%s splits", splits).isEqualTo(21);
                assertThat(e).hasMessageContaining("expected ");
            }
        }

        @Test
        void nameTheFieldInsideOfFields() throws IOException {
            String file = write("bad.jsonl", "{\"points\":[{\"x\":1,\"y\":2},{\"x\":1,\"y\":\"2\"}]}\n");

            assertThat(malformed(engine.readJsonLines(file, Shape.class)).field())
                    .isEqualTo("points[1].y");
        }

        @Test
        void thatAreNestedTooDeeplyAreRefused() throws IOException {
            String deep = "{\"people\":1,\"x\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}";

            assertThat(malformed(read(deep)).expected()).contains("levels");
        }

        @Test
        void thatAreNotUtf8AreRefused() throws IOException {
            Path file = directory.resolve("latin.jsonl");
            Files.write(file, "{\"name\":\"ö\",\"people\":1}\n".getBytes(StandardCharsets.ISO_8859_1));

            assertThat(malformed(engine.readJsonLines(file.toString(), City.class))
                            .expected())
                    .isEqualTo("UTF-8");
        }
    }

    @Nested
    class ASchema {

        record Checked(int number) {

            Checked {
                if (number < 0) {
                    throw new IllegalStateException("negative");
                }
            }
        }

        record Odd(Object anything) {}

        record Listed(List<String> names) {}

        @Test
        void mayRefuseValues() throws IOException {
            MalformedRecordException e = malformed(engine.readCsv(write("in.csv", "number\n1\n-1\n"), Checked.class));

            assertThat(e.line()).isEqualTo(3);
            assertThat(e).hasCauseInstanceOf(IllegalStateException.class);
        }

        @Test
        void thatCannotBeReadIsRefusedAtTheCall() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> engine.readCsv("x", String.class))
                    .withMessageContaining("must be a record class");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> engine.readCsv("x", Listed.class))
                    .withMessageContaining("component 'names'");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> engine.readJsonLines("x", Odd.class))
                    .withMessageContaining("component 'anything'");
        }

        @Test
        void thatCannotBeWrittenFailsTheJobAndLeavesNothing() throws IOException {
            List<RDD<?>> bad = List.of(
                    engine.parallelize(List.of("text"), 1),
                    engine.parallelize(List.of(new Odd(1)), 1),
                    engine.parallelize(Arrays.asList(new City("x", 1), null), 1),
                    engine.parallelize(List.of(new City("x", 1), new Checked(1)), 1),
                    engine.parallelize(List.of(new City("\uD83D", 1)), 1),
                    engine.parallelize(List.of(new Point(Double.NaN, 1)), 1));
            for (RDD<?> records : bad) {
                assertThatExceptionOfType(JobFailedException.class)
                        .isThrownBy(() -> records.saveAsJsonLines(path("out")))
                        .withMessageContaining("saveAsJsonLines at RecordFilesTest.java");
            }
            try (var left = Files.list(directory)) {
                assertThat(left).isEmpty();
            }
        }
    }
}
