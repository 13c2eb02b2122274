package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.event.EngineEvent;
import dev.favilla.job.JobProperties;
import dev.favilla.status.SchedulerStatus.JobStatus;
import dev.favilla.task.TaskContext;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ThreadPropertiesTest {

    private static final ThreadLocal<String> INHERITABLE = new InheritableThreadLocal<>();

    private static String inTask(EngineContext engine, String key) {
        return engine.range(0, 1, 1, 1)
                .map(x -> Objects.requireNonNull(TaskContext.get())
                        .localProperty(key)
                        .orElse("none"))
                .collect()
                .get(0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"local[1]", "local-cluster[1,1,32]"})
    void tasksReadThePropertiesOfTheThreadThatSubmitted(String master) {
        try (EngineContext engine = EngineContext.open(master)) {
            engine.setLocalProperty("colour", "red");
            assertThat(inTask(engine, "colour")).isEqualTo("red");
            assertThat(engine.getLocalProperty("colour")).isEqualTo("red");

            engine.setLocalProperty("colour", "blue");
            assertThat(inTask(engine, "colour"))
                    .as("not that of the slot's first job")
                    .isEqualTo("blue");

            engine.setLocalProperty("colour", null);
            assertThat(inTask(engine, "colour")).isEqualTo("none");
            assertThat(engine.getLocalProperty("colour")).isNull();
        }
    }

    @Test
    void aChildInheritsACopyAndSiblingsSeeNothing() throws Exception {
        try (EngineContext engine = EngineContext.open("local[2]")) {
            engine.setLocalProperty("colour", "red");
            CountDownLatch parentChanged = new CountDownLatch(1);
            CountDownLatch childChanged = new CountDownLatch(1);

            Background<List<String>> child = Background.run(() -> {
                parentChanged.await();
                String inherited = inTask(engine, "colour");
                engine.setLocalProperty("colour", "green");
                childChanged.countDown();
                return List.of(inherited, inTask(engine, "colour"));
            });
            engine.setLocalProperty("colour", "blue");
            parentChanged.countDown();
            childChanged.await();
            Background<String> sibling = Background.run(() -> inTask(engine, "colour"));

            assertThat(child.result()).containsExactly("red", "green");
            assertThat(sibling.result()).isEqualTo("blue");
            assertThat(engine.getLocalProperty("colour")).isEqualTo("blue");
        }
    }

    @Test
    void aChildInheritsTheGroup() throws Exception {
        try (EngineContext engine = EngineContext.open("local[1]")) {
            engine.setJobGroup("parents", null);
            Background<Long> child = Background.run(() -> engine.range(0, 3).count());

            assertThat(child.result()).isEqualTo(3);
            assertThat(engine.statusTracker().getJobIdsForGroup("parents")).containsExactly(0);
        }
    }

    @Test
    void aSlotTakesNothingOverFromTheThreadThatStartedIt() {
        INHERITABLE.set("of the caller");
        try (EngineContext engine = EngineContext.open("local[1]")) {
            ClassLoader loader = Thread.currentThread().getContextClassLoader();

            List<Object> seen = engine.range(0, 1, 1, 1)
                    .flatMap(x -> List.<Object>of(
                            String.valueOf(INHERITABLE.get()),
                            Thread.currentThread().getContextClassLoader()))
                    .collect();

            assertThat(seen).as("but its class loader").containsExactly("null", loader);
        } finally {
            INHERITABLE.remove();
        }
    }

    @Test
    void contextsDoNotShareProperties() {
        try (EngineContext one = EngineContext.open("local[1]");
                EngineContext other = EngineContext.open("local[1]")) {
            one.setLocalProperty("colour", "red");
            one.addJobTag("tagged");

            assertThat(other.getLocalProperty("colour")).isNull();
            assertThat(other.getJobTags()).isEmpty();
        }
    }

    @Test
    void aJobTakesOverAllThatWasSet() {
        AtomicReference<JobProperties> seen = new AtomicReference<>();
        try (EngineContext engine = EngineContext.open("local[1]")) {
            engine.addListener(event -> {
                if (event instanceof EngineEvent.JobStarted started) {
                    seen.set(started.properties());
                }
            });
            engine.setJobGroup("reports", "nightly", true);
            engine.setJobDescription("monthly");
            engine.addJobTag("a");
            engine.addJobTag("b");
            engine.setJobDeadline(Duration.ofMinutes(5));
            engine.setLocalProperty(JobProperties.POOL, "slow");
            engine.range(0, 1).count();
        }
        assertThat(seen.get())
                .isEqualTo(new JobProperties(
                        "reports",
                        "monthly",
                        Set.of("a", "b"),
                        true,
                        Duration.ofMinutes(5),
                        Map.of(JobProperties.POOL, "slow")));
    }

    @Test
    void whatIsClearedIsGone() {
        AtomicReference<JobProperties> seen = new AtomicReference<>();
        try (EngineContext engine = EngineContext.open("local[1]")) {
            engine.addListener(event -> {
                if (event instanceof EngineEvent.JobStarted started) {
                    seen.set(started.properties());
                }
            });
            engine.setJobGroup("reports", "nightly", true);
            engine.addJobTag("a");
            engine.setLocalProperty("colour", "red");

            engine.clearJobGroup();
            engine.clearJobTags();
            engine.setLocalProperty("colour", null);
            engine.range(0, 1).count();
        }
        assertThat(seen.get()).isEqualTo(JobProperties.NONE);
    }

    @Test
    void tagsAreAddedAndTakenAway() {
        try (EngineContext engine = EngineContext.open("local[1]")) {
            engine.addJobTag("a");
            engine.addJobTag("b");
            engine.range(0, 1).count();
            engine.removeJobTag("a");
            engine.range(0, 1).count();
            StatusTracker tracker = engine.statusTracker();

            assertThat(engine.getJobTags()).containsExactly("b");
            assertThat(tracker.getJobIdsForTag("a"))
                    .as("removing it later changes nothing")
                    .containsExactly(0);
            assertThat(tracker.getJobIdsForTag("b")).containsExactly(0, 1);
            assertThat(tracker.getJobIdsForTag("c")).isEmpty();
            assertThat(tracker.getJobInfo(0).map(JobStatus::tags)).contains(Set.of("a", "b"));
        }
    }

    @Test
    void twoThreadsRunJobsAtOnceAndUseBothCores() throws Exception {
        try (EngineContext engine = EngineContext.open("local[2]");
                Gate gate = new Gate()) {
            String name = gate.name();
            Background<Long> one = Background.run(
                    () -> engine.range(0, 1, 1, 1).map(x -> Gate.pass(name, x)).count());
            Background<Long> other = Background.run(
                    () -> engine.range(0, 1, 1, 1).map(x -> Gate.pass(name, x)).count());

            gate.awaitArrivals(2);
            assertThat(one.isDone() || other.isDone()).isFalse();
            gate.open();

            assertThat(one.result() + other.result()).isEqualTo(2);
        }
    }
}
