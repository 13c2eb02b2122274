package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.favilla.rdd.pipe.PipeException;
import dev.favilla.task.TaskContext;
import dev.favilla.testing.InEveryMode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** Records through processes, none of which is left behind. */
@InEveryMode
@ParameterizedClass
@ValueSource(strings = {"local[2]", "local-cluster[2,1,64]"})
@Timeout(120)
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "its programs have other names")
class PipeTest {

    /** Prints without an end, whatever it is given. */
    private static final String ENDLESS = "yes";

    @Parameter
    String master;

    /** Processes that tests before this one have left. */
    private final List<ProcessHandle> others =
            ProcessHandle.current().descendants().toList();

    private EngineContext engine;

    @BeforeEach
    void open() {
        engine = Engines.open(master);
    }

    @AfterEach
    void leavesNothingBehind() {
        Engines.assertIdle(engine);
        engine.close();
        assertThat(processes()).as("processes").isEmpty();
        assertThat(Thread.getAllStackTraces().keySet())
                .as("threads")
                .noneMatch(thread -> thread.getName().contains("-pipe-"));
    }

    private List<ProcessHandle> processes() {
        return ProcessHandle.current()
                .descendants()
                .filter(process -> !others.contains(process))
                .toList();
    }

    /** Returns how many programs run that shells have started. */
    private long programs() {
        return processes().stream()
                .flatMap(process -> process.info().command().stream())
                .filter(command ->
                        command.endsWith("yes") || command.endsWith("sleep") || command.endsWith("coreutils"))
                .count();
    }

    private RDD<Long> numbers(long count, int partitions) {
        return engine.range(0, count, 1, partitions);
    }

    private static List<String> shell(String script) {
        return List.of("sh", "-c", script);
    }

    private static PipeException failureOf(RDD<?> dataset) {
        JobFailedException failure = catchThrowableOfType(JobFailedException.class, dataset::collect);
        assertThat(failure).hasCauseInstanceOf(PipeException.class);
        return (PipeException) failure.getCause();
    }

    @Test
    void everyPartitionGoesThroughAProcessOfItsOwn() {
        assertThat(numbers(6, 3).pipe("cat").glom().collect())
                .containsExactly(List.of("0", "1"), List.of("2", "3"), List.of("4", "5"));
        assertThat(engine.parallelize(List.of("b", "a", "d", "c"), 2)
                        .pipe("sort")
                        .collect())
                .containsExactly("a", "b", "c", "d");
        assertThat(numbers(4, 2).pipe("  sort \t -r\n").collect()).containsExactly("1", "0", "3", "2");
        assertThat(engine.parallelize(Arrays.asList("a", null), 1).pipe("cat").collect())
                .containsExactly("a", "null");
    }

    @Test
    void emptyPartitionsHaveOneToo() {
        assertThat(numbers(1, 3).pipe(shell("cat; echo end")).collect()).containsExactly("end", "end", "0", "end");
        assertThat(engine.emptyRDD().pipe("cat").collect()).isEmpty();
    }

    @Test
    void theEnvironmentIsAddedToThatOfTheJvm() {
        RDD<String> piped = numbers(1, 1).pipe(shell("echo \"$GREETING\" ${PATH:+path}"), Map.of("GREETING", "a  $b"));

        assertThat(piped.collect()).containsExactly("a  $b path");
    }

    @Test
    void argumentsGoToNoShell() {
        assertThat(numbers(1, 1)
                        .pipe(List.of("printf", "%s\n", "$HOME; ls", "a b"))
                        .collect())
                .containsExactly("$HOME; ls", "a b");
        assertThat(numbers(1, 1).pipe("echo $HOME | cat").collect()).containsExactly("$HOME | cat");
    }

    @Test
    void linesAreCutWhereTextFilesAre() {
        assertThat(numbers(1, 1)
                        .pipe(List.of("printf", "a\\r\\nb\\rc\\n\\nd\\r\\n\\ne"))
                        .collect())
                .containsExactly("a", "b", "c", "", "d", "", "e");
        assertThat(engine.parallelize(List.of("two\nlines", "one"), 1)
                        .pipe("cat")
                        .collect())
                .containsExactly("two", "lines", "one");
    }

    @Test
    void textIsInUtf8UnlessSaidOtherwise() {
        List<String> words = List.of("für", "größer");

        assertThat(engine.parallelize(words, 1).pipe("cat").collect()).isEqualTo(words);
        assertThat(engine.parallelize(words, 1)
                        .pipe(List.of("wc", "-c"), Map.of(), StandardCharsets.ISO_8859_1)
                        .map(String::strip)
                        .collect())
                .containsExactly("11");
        assertThat(engine.parallelize(words, 1)
                        .pipe(List.of("cat"), Map.of(), StandardCharsets.ISO_8859_1)
                        .collect())
                .isEqualTo(words);
    }

    @Test
    void neitherSideBlocksTheOther() {
        String padding = "x".repeat(94);
        RDD<String> lines = numbers(100_000, 1).map(i -> String.format("%06d%s", i, padding));

        List<String> back = lines.pipe("cat").collect();

        assertThat(back).hasSize(100_000).allMatch(line -> line.length() == 100);
        assertThat(back.get(77_777)).startsWith("077777x");
        assertThat(lines.pipe("sort -r").take(1)).containsExactly("099999" + padding);
        assertThat(lines.pipe(shell("cat >&2; echo done")).collect()).containsExactly("done");
        assertThat(lines.pipe("cat").pipe("cat").pipe("cat").count()).isEqualTo(100_000);
    }

    @Test
    void whatIsPrintedBeforeAnythingIsReadIsTaken() {
        List<String> printed = numbers(100_000, 1)
                .pipe(shell("i=0; while [ $i -lt 20000 ]; do echo line $i; i=$((i+1)); done; cat"))
                .collect();

        assertThat(printed).hasSize(120_000).startsWith("line 0", "line 1").endsWith("99998", "99999");
    }

    @Test
    void aProcessThatReadsNoMoreIsNoFailure() {
        LongAccumulator computed = engine.longAccumulator("computed");
        RDD<Long> counted = numbers(10_000_000, 1).map(i -> {
            computed.add(1);
            return i;
        });

        assertThat(counted.pipe(shell("exec <&-; echo deaf")).collect()).containsExactly("deaf");
        assertThat(counted.pipe("head -n 1").collect()).containsExactly("0");
        assertThat(counted.pipe("true").collect()).isEmpty();
        assertThat(computed.value()).isLessThan(10_000_000);
    }

    @Test
    void aProcessThatPrintsNoMoreStillReads() {
        assertThat(numbers(200_000, 1)
                        .pipe(shell("exec >&-; test $(wc -l) -eq 200000"))
                        .collect())
                .isEmpty();
    }

    @Test
    void anExitCodeFailsTheTask() {
        RDD<String> piped = numbers(3, 1).pipe(shell("cat; echo it went wrong >&2; exit 3"));

        PipeException failure = failureOf(piped);

        assertThat(failure.exitCode()).hasValue(3);
        assertThat(failure.command()).containsExactly("sh", "-c", "cat; echo it went wrong >&2; exit 3");
        assertThat(failure.errorOutput()).isEqualTo("it went wrong\n");
        assertThat(failure)
                .hasMessageContaining("exited with 3")
                .hasMessageContaining("it went wrong")
                .hasMessageContaining("pipe at PipeTest.java:");
        assertThat(failureOf(numbers(1, 1).pipe(shell("exit 1"))))
                .hasMessageContaining("nothing to its standard error");
    }

    @Test
    void ofLongErrorOutputTheEndIsShown() {
        PipeException failure = failureOf(numbers(50_000, 1).pipe(shell("cat >&2; exit 9")));

        assertThat(failure.errorOutput()).hasSizeLessThanOrEqualTo(4096).endsWith("\n49998\n49999\n");
    }

    @Test
    void aProgramThatIsNotThereFailsTheTask() {
        PipeException failure = failureOf(numbers(3, 2).pipe("no-such-program-here --at-all"));

        assertThat(failure.exitCode()).isEmpty();
        assertThat(failure)
                .hasMessageContaining("[no-such-program-here, --at-all]")
                .hasMessageContaining("could not be started")
                .hasMessageContaining("pipe at PipeTest.java:");
    }

    @Test
    void aTaskThatFailedIsTriedAgainWithAnotherProcess() {
        engine.close();
        engine = TwoSided.withRetries(master).open();

        List<String> lines = numbers(10, 2)
                .mapPartitions(
                        records -> Engines.attemptNumber() == 0 ? List.of(-1L).iterator() : records)
                .pipe(shell("read first; test $first -ge 0 || exit 1; echo $first; cat"))
                .collect();

        assertThat(lines)
                .isEqualTo(LongStream.range(0, 10).mapToObj(Long::toString).toList());
    }

    @Test
    void functionsBeforeItRunInTheTask() {
        List<String> seen = numbers(4, 4)
                .map(i -> TaskContext.get() == null ? "outside" : "partition " + TaskContext.getPartitionId())
                .pipe("cat")
                .collect();

        assertThat(seen)
                .isEqualTo(IntStream.range(0, 4).mapToObj(i -> "partition " + i).toList());
        JobFailedException failure = catchThrowableOfType(
                JobFailedException.class,
                () -> numbers(100, 1).map(i -> 10 / (i - 50)).pipe("cat").count());
        assertThat(failure).rootCause().isInstanceOf(ArithmeticException.class);
        assertThat(failure).hasStackTraceContaining("map at PipeTest.java:");
    }

    private record Silent() {
        @Override
        public String toString() {
            throw new IllegalStateException("says nothing");
        }
    }

    @Test
    void aRecordWithoutATextIsNamed() {
        JobFailedException failure = catchThrowableOfType(
                JobFailedException.class,
                () -> numbers(1, 1).map(i -> new Silent()).pipe("cat").count());

        assertThat(failure).rootCause().hasMessage("says nothing");
        assertThat(failure).hasMessageContaining("pipe at PipeTest.java:");
    }

    @Test
    void whoHasEnoughEndsTheProcess() {
        assertThat(numbers(4, 2).pipe(ENDLESS).take(3)).containsExactly("y", "y", "y");
        assertThat(numbers(4, 2).pipe(shell("yes & yes n & wait")).take(1)).hasSize(1);
        assertThat(numbers(Long.MAX_VALUE, 1).pipe("cat").take(2)).containsExactly("0", "1");
    }

    @Test
    void aFailureLaterOnEndsTheProcess() {
        assertThatThrownBy(() -> numbers(1, 1)
                        .pipe(ENDLESS)
                        .map(line -> Integer.parseInt(line))
                        .count())
                .isInstanceOf(JobFailedException.class)
                .rootCause()
                .isInstanceOf(NumberFormatException.class);
    }

    @Test
    void aCancelEndsTheProcess() throws Exception {
        for (String script : List.of("yes", "sleep 1000", "sleep 1000; cat", "exec >&-; sleep 1000")) {
            Background<Long> job =
                    Background.run(() -> numbers(2, 2).pipe(shell(script)).count());
            Engines.await(() -> programs() == 2); // before, the shell may just be starting one, which nobody knows of
            assertThat(programs()).as(script).isEqualTo(2);

            engine.cancelAllJobs();

            assertThat(job.failure()).as(script).isInstanceOf(JobCancelledException.class);
            Engines.assertIdle(engine);
            assertThat(processes()).as(script).isEmpty();
        }
    }

    @Test
    void closingTheContextEndsTheProcess() throws Exception {
        Background<Long> job =
                Background.run(() -> numbers(2, 2).pipe("sleep 1000").count());
        Engines.await(() -> !processes().isEmpty());

        engine.close();

        assertThat(job.failure()).isInstanceOf(JobFailedException.class);
        assertThat(processes()).isEmpty();
        engine = Engines.open(master);
    }

    @Test
    void aLineWithoutEndIsRefused() {
        engine.close();
        engine =
                Engines.builder(master).set("favilla.input.maxRecordSize", "1m").open();

        assertThat(failureOf(numbers(1, 1).pipe("cat /dev/zero"))).hasMessageContaining("favilla.input.maxRecordSize");
    }

    @Test
    void manyAfterEachOtherLeaveNothing() {
        List<List<String>> all = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            all.add(numbers(8, 8).pipe("cat").coalesce(2).collect());
        }
        assertThat(all).allMatch(lines -> lines.size() == 8);
        assertThat(numbers(3, 1).pipe("cat").cache().count()).isEqualTo(3);
    }

    @Test
    void itSaysWhatItIs() {
        RDD<String> piped = numbers(3, 2).pipe("cat");

        assertThat(piped.toDebugString()).contains("pipe at PipeTest.java:");
        assertThat(numbers(3, 2)
                        .keyBy(x -> x)
                        .reduceByKey(Long::sum)
                        .pipe("cat")
                        .partitioner())
                .isEmpty();
        assertThat(piped.count()).isEqualTo(3);
    }

    @Test
    void whatCannotBeACommandIsRefusedAtTheCall() {
        RDD<Long> some = numbers(1, 1);

        assertThatThrownBy(() -> some.pipe("  "))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("command must begin with the name of a program, got []")
                .hasMessageContaining("pipe at PipeTest.java:");
        assertThatThrownBy(() -> some.pipe(List.of())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> some.pipe(Arrays.asList("cat", null)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("command[1] must not be null (pipe at PipeTest.java:");
        assertThatThrownBy(() -> some.pipe(List.of("cat", "a\0b"))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> some.pipe(List.of("cat"), Map.of("A=B", "c")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'A=B'");
        assertThatThrownBy(() -> some.pipe(List.of("cat"), Map.of(), StandardCharsets.UTF_16))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("got UTF-16");
    }
}
