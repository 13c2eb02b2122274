package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.favilla.status.JobReport;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * A fault looked at from both sides: it fails the job where nothing is tried twice, so it really happens, and the job
 * gives the right answer where things are.
 *
 * @param master where the job runs
 * @param fault made anew for each context
 */
record TwoSided(String master, Supplier<FaultPlan> fault) {

    /** Sums by remainder in two stages, of four and three tasks: what every fault is to leave as it is. */
    static Map<Long, Long> sums(EngineContext engine) {
        return engine.range(0, 1000, 1, 4)
                .mapToPair(x -> Pair.of(x % 7, x))
                .reduceByKey(Long::sum, 3)
                .collectAsMap();
    }

    static Map<Long, Long> expectedSums() {
        return LongStream.range(0, 1000)
                .boxed()
                .collect(Collectors.groupingBy(x -> x % 7, Collectors.summingLong(x -> x)));
    }

    /** Returns a builder for a context where nothing is tried twice. */
    static EngineContext.Builder withoutRetries(String master) {
        return EngineContext.builder()
                .master(master)
                .set("favilla.task.maxFailures", "1")
                .set("favilla.stage.maxConsecutiveAttempts", "1");
    }

    /** Returns a builder for a context where a task may fail four times. */
    static EngineContext.Builder withRetries(String master) {
        return EngineContext.builder().master(master).set("favilla.task.maxFailures", "4");
    }

    /** Checks that the fault fails the job where nothing is tried twice, and returns how. */
    JobFailedException failureWithoutRetries(Function<EngineContext, ?> job) {
        FaultPlan plan = fault.get();
        try (EngineContext engine = withoutRetries(master).extension(plan).open()) {
            JobFailedException failure = catchThrowableOfType(JobFailedException.class, () -> job.apply(engine));
            assertThat(failure).as("the job failed").isNotNull();
            assertThat(plan.fired()).as("times the fault happened").isPositive();
            Engines.assertUsable(engine);
            return failure;
        }
    }

    /** Checks that the job gives {@code answer} despite the fault, and returns what was done for it. */
    <R> JobReport reportOfAnswer(Function<EngineContext, R> job, R answer) {
        FaultPlan plan = fault.get();
        try (EngineContext engine = withRetries(master).extension(plan).open()) {
            assertThat(job.apply(engine)).isEqualTo(answer);
            assertThat(plan.fired()).as("times the fault happened").isPositive();
            JobReport report = Engines.lastJob(engine);
            Engines.assertUsable(engine);
            return report;
        }
    }
}
