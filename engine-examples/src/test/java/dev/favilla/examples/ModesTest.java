package dev.favilla.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.favilla.EngineContext;
import dev.favilla.JobFailedException;
import dev.favilla.RDD;
import dev.favilla.task.StrictModeException;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What {@code docs/modes.md} says of mistakes: nothing in {@code local[2]}, and these words in strict mode. */
class ModesTest {

    private static String errorsOf(Runnable program) {
        PrintStream before = System.err;
        ByteArrayOutputStream errors = new ByteArrayOutputStream();
        System.setErr(new PrintStream(errors, true, StandardCharsets.UTF_8));
        try {
            program.run();
        } finally {
            System.setErr(before);
        }
        return errors.toString(StandardCharsets.UTF_8);
    }

    private static void passesUnnoticed(Function<RDD<String>, ?> program) {
        assertThat(errorsOf(() -> {
                    try (EngineContext engine = EngineContext.open("local[2]")) {
                        program.apply(Modes.lines(engine));
                    }
                }))
                .isEmpty();
    }

    private static Arguments mistake(String name, Function<RDD<String>, ?> program, String... words) {
        return Arguments.of(name, program, List.of(words));
    }

    static Stream<Arguments> refused() {
        return Stream.of(
                mistake(
                        "withThread",
                        Modes::withThread,
                        "map at Modes.java:",
                        "goes to collect",
                        "cannot travel",
                        "by"),
                mistake(
                        "changedInTheCache",
                        Modes::changedInTheCache,
                        "map at Modes.java:",
                        "it has changed a java.lang.StringBuilder",
                        "the cache"),
                mistake(
                        "oneForAll",
                        Modes::oneForAll,
                        "mapPartitions at Modes.java:",
                        "it hands one object on for several records"),
                mistake("byName", Modes::byName, "mapToPair at Modes.java:", "would not meet", "equals and hashCode"),
                mistake(
                        "oneIteratorForAll",
                        Modes::oneIteratorForAll,
                        "flatMap at Modes.java:",
                        "two calls of the function have returned the same iterator"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void refused(String name, Function<RDD<String>, ?> program, List<String> words) {
        passesUnnoticed(program);

        try (EngineContext engine = Modes.strict()) {
            assertThatThrownBy(() -> program.apply(Modes.lines(engine)))
                    .isInstanceOf(JobFailedException.class)
                    .hasRootCauseInstanceOf(StrictModeException.class)
                    .hasMessageContainingAll(words.toArray(String[]::new));
        }
    }

    static Stream<Arguments> reported() {
        return Stream.of(
                mistake(
                        "counted",
                        Modes::counted,
                        "foreach at Modes.java:",
                        "has changed what it captures: captured argument 1 (int[])"),
                mistake(
                        "twice",
                        Modes::twice,
                        "mapPartitions at Modes.java:",
                        "came to the end of its input at Modes.java:",
                        "and has asked for more at Modes.java:"),
                mistake("random", Modes::random, "map at Modes.java:", "it has made other records"),
                mistake("firstOfEach", Modes::firstOfEach, "filter at Modes.java:", "it has made other records"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void reported(String name, Function<RDD<String>, ?> program, List<String> words) {
        passesUnnoticed(program);

        String errors = errorsOf(() -> {
            try (EngineContext engine = Modes.strict()) {
                program.apply(Modes.lines(engine));
            }
        });

        assertThat(errors.lines()).singleElement().asString().contains("WARN").contains(words);
    }

    @Test
    void resultsThatCannotTravelFailAsOnExecutorsOfTheirOwn() {
        passesUnnoticed(Modes::threads);

        for (EngineContext.Builder builder : List.of(
                EngineContext.builder().master("local[2]").strict(),
                EngineContext.builder().master("local-cluster[2,1,64]"))) {
            try (EngineContext engine = builder.open()) {
                assertThatThrownBy(() -> Modes.threads(Modes.lines(engine)))
                        .isInstanceOf(JobFailedException.class)
                        .hasMessageContainingAll("foreach at Modes.java:", "added to accumulator", "Thread");
            }
        }
    }
}
