package dev.favilla.scheduler.dag;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.event.EngineEvent;
import dev.favilla.job.JobOutcome;
import dev.favilla.job.JobProperties;
import dev.favilla.job.PoolMode;
import dev.favilla.scheduler.JobSelector;
import dev.favilla.scheduler.SchedulerCommand;
import dev.favilla.scheduler.SchedulerEvent;
import dev.favilla.scheduler.SchedulingPolicy;
import dev.favilla.scheduler.TaskSpec;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Which jobs a cancellation ends, and what it leaves. */
class CancellationTest {

    private final SchedulerHarness harness = SchedulerHarness.with(10);

    private static JobProperties in(@Nullable String group, String... tags) {
        return new JobProperties(group, "", Set.of(tags), false, null, Map.of());
    }

    private int submit(JobProperties properties) {
        return harness.collect(SimNode.source(0, 1), properties);
    }

    private List<Integer> cancelled() {
        return harness.all(SchedulerCommand.EndJob.class).stream()
                .filter(end -> end.outcome() instanceof JobOutcome.Cancelled)
                .map(SchedulerCommand.EndJob::jobId)
                .toList();
    }

    @Test
    void ofAGroupEndsItsJobsWithTheReasonAndNoOthers() {
        int one = submit(in("nightly"));
        submit(in("daily"));
        submit(in(null));
        int two = submit(in("nightly"));

        harness.cancel(new JobSelector.InGroup("nightly", false));
        submit(in("nightly"));

        assertThat(cancelled()).containsExactly(one, two);
        assertThat(harness.outcome(one))
                .isEqualTo(new JobOutcome.Cancelled(
                        "no longer wanted", harness.outcome(one).report()));
        assertThat(harness.all(SchedulerCommand.Kill.class))
                .extracting(SchedulerCommand.Kill::reason)
                .containsExactly("job 0 was cancelled: no longer wanted", "job 3 was cancelled: no longer wanted");
        assertThat(harness.running().stream().map(TaskSpec::jobId)).contains(1, 2, 4);
    }

    @Test
    void ofATagEndsExactlyTheJobsThatCarryIt() {
        int both = submit(in(null, "report", "slow"));
        submit(in("report", "fast"));
        int one = submit(in(null, "slow"));

        harness.cancel(new JobSelector.WithTag("slow"));

        assertThat(cancelled()).containsExactly(both, one);
    }

    @Test
    void ofAStageEndsTheJobsThatNeedIt() {
        SimNode reduced = SimNode.shuffled(1, 1, SimNode.shuffle(0, SimNode.source(0, 1), 1));
        int one = harness.collect(reduced);
        int other = harness.collect(reduced);
        submit(in(null));

        harness.cancel(new JobSelector.UsingStage(0));

        assertThat(cancelled()).containsExactly(one, other);
    }

    @Test
    void ofAllEndsAll() {
        submit(in("a"));
        submit(in(null, "b"));

        harness.cancel(new JobSelector.All());

        assertThat(cancelled()).containsExactly(0, 1);
    }

    @Test
    void ofWhatIsNotThereIsIgnored() {
        submit(in("a"));

        harness.cancel(new JobSelector.One(77));
        harness.cancel(new JobSelector.InGroup("b", false));
        harness.cancel(new JobSelector.WithTag("c"));
        harness.cancel(new JobSelector.UsingStage(77));

        assertThat(cancelled()).isEmpty();
    }

    @Test
    void leavesTheRestUsable() {
        submit(in("a"));
        harness.cancel(new JobSelector.All());

        int later = submit(in("a"));
        harness.succeedAll();

        assertThat(harness.outcome(later)).isInstanceOf(JobOutcome.Staged.class);
        assertThat(harness.tables().isIdle()).isTrue();
    }

    @Test
    void ofTheFirstOfTwoJobsGivesTheStageTheSecondsPropertiesAndPlace() {
        SchedulerHarness fair = new SchedulerHarness(SchedulingPolicy.DEFAULT.withPools(PoolMode.FAIR, List.of()));
        fair.addExecutor(1);
        SimNode reduced = SimNode.shuffled(1, 1, SimNode.shuffle(0, SimNode.source(0, 3), 1));
        int one = fair.collect(reduced, withLocal("first"));
        int other = fair.collect(reduced, withLocal("second"));
        TaskSpec runs = fair.map(0, 0);
        int between = fair.collect(SimNode.source(5, 3), withLocal("first"));

        fair.cancel(one);
        fair.succeed(runs);

        // the stage went over to the pool of the second job, so the first one's pool is served first
        assertThat(fair.running()).extracting(TaskSpec::jobId).containsExactly(between);
        fair.succeedAll();
        assertThat(fair.launched().stream().filter(task -> task.jobId() == other))
                .isNotEmpty()
                .allSatisfy(task -> assertThat(task.properties())
                        .isEqualTo(withLocal("second").local()));
        assertThat(fair.outcome(other)).isInstanceOf(JobOutcome.Staged.class);
    }

    private static JobProperties withLocal(String pool) {
        return new JobProperties(null, "", Set.of(), false, null, Map.of(JobProperties.POOL, pool));
    }

    @Nested
    class WithItsFuture {

        private void cancelForEver(String group) {
            harness.tell(new SchedulerEvent.JobsCancelled(new JobSelector.InGroup(group, true), "over"));
        }

        @Test
        void refusesLaterJobsOfTheGroupAndNoOthers() {
            int before = submit(in("nightly"));

            cancelForEver("nightly");
            int after = submit(in("nightly"));
            int other = submit(in("daily"));
            harness.succeed(harness.result(other, 0));

            assertThat(cancelled()).containsExactly(before, after);
            assertThat(((JobOutcome.Cancelled) harness.outcome(after)).reason()).isEqualTo("over");
            assertThat(harness.outcome(other)).isInstanceOf(JobOutcome.Staged.class);
            assertThat(harness.published(EngineEvent.JobStarted.class)).hasSize(3);
            assertThat(harness.published(EngineEvent.JobEnded.class)).hasSize(3);
        }

        @Test
        void remembersTheLatestThousandGroups() {
            for (int i = 0; i <= 1000; i++) {
                cancelForEver("group " + i);
            }

            int forgotten = submit(in("group 0"));
            int oldest = submit(in("group 1"));

            assertThat(harness.hasEnded(forgotten)).isFalse();
            assertThat(cancelled()).containsExactly(oldest);
        }

        @Test
        void aGroupCancelledAgainIsRememberedAnew() {
            cancelForEver("again");
            for (int i = 0; i < 999; i++) {
                cancelForEver("group " + i);
            }
            cancelForEver("again");
            cancelForEver("one more");

            assertThat(harness.hasEnded(submit(in("again")))).isTrue();
        }
    }
}
