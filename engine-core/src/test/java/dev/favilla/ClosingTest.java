package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.event.EngineEvent;
import dev.favilla.fault.FaultSite;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The end of a context at a bad moment. What is simpler is in {@link LifecycleTest}. */
@Timeout(120)
class ClosingTest {

    private static final String CLUSTER = "local-cluster[2,1,64]";

    private static final Map<String, EngineContext> CONTEXTS = new ConcurrentHashMap<>();

    private static void assertNothingIsLeft(EngineContext engine) {
        EngineStatus status = engine.status();
        assertThat(engine.isClosed()).isTrue();
        assertThat(status.scheduler().isIdle()).as("%s", status).isTrue();
        assertThat(status.memory().executionBytes()).isZero();
        assertThat(status.cachedBlocks()).isZero();
        assertThat(status.mapOutputs()).isZero();
        assertThat(status.broadcasts()).isZero();
    }

    @ParameterizedTest
    @EnumSource(
            value = FaultSite.class,
            names = {"TASK_START", "SOURCE_OPEN", "RECORDS", "TASK_END", "OUTPUT_COMMITTED", "RESULT"})
    void whileATaskIsAtAnyOfItsStepsFailsItsJob(FaultSite site) throws Exception {
        for (String master : List.of("local[2]", CLUSTER)) {
            FaultPlan hold = FaultPlan.holding().at(site).stage(0);
            EngineContext engine =
                    EngineContext.builder().master(master).extension(hold).open();
            Background<Map<Long, Long>> job = Background.run(() -> TwoSided.sums(engine));
            hold.awaitFired();
            engine.close();

            assertThat(job.failure()).isInstanceOf(EngineException.class).hasMessageContaining("closed");
            assertNothingIsLeft(engine);
        }
    }

    @Test
    void fromInsideATaskOfAnIsolatedExecutorWorks() throws Exception {
        EngineContext engine = EngineContext.open(CLUSTER);
        CONTEXTS.put("task", engine);
        try {
            Background<Long> job = Background.run(() -> engine.range(0, 4, 1, 4)
                    .map(x -> {
                        CONTEXTS.get("task").close();
                        return x;
                    })
                    .count());

            assertThat(job.failure()).isInstanceOf(EngineException.class).hasMessageContaining("closed");
            engine.close();
            Engines.await(() -> engine.status().memory().activeTasks() == 0);
            assertNothingIsLeft(engine);
        } finally {
            CONTEXTS.remove("task");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"local[2]", CLUSTER})
    void byAnInterruptedThreadIsAsGoodAsByAnyOtherAndKeepsItsFlag(String master) throws Exception {
        FaultPlan hold = FaultPlan.holding().at(FaultSite.RECORDS).stage(0);
        EngineContext engine =
                EngineContext.builder().master(master).extension(hold).open();
        Background<Map<Long, Long>> job = Background.run(() -> TwoSided.sums(engine));
        hold.awaitFired();
        Thread.currentThread().interrupt();
        engine.close();

        assertThat(Thread.interrupted()).isTrue();
        assertThat(job.failure()).hasMessageContaining("closed");
        assertNothingIsLeft(engine);
    }

    @Test
    void whileListenersAreStuckIsBounded() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch stuck = new CountDownLatch(1);
        EngineContext engine = EngineContext.open("local[2]");
        engine.addListener(event -> {
            stuck.countDown();
            boolean waiting = true;
            while (waiting) {
                try {
                    release.await();
                    waiting = false;
                } catch (InterruptedException e) {
                    // goes on on purpose, as badly written code does
                }
            }
        });
        TwoSided.sums(engine);
        assertThat(stuck.await(30, TimeUnit.SECONDS)).isTrue();
        engine.close();
        release.countDown();

        assertNothingIsLeft(engine);
    }

    @Test
    void byTwoThreadsWhileAnExecutorIsLostEndsOnce() throws Exception {
        for (int round = 0; round < 10; round++) {
            FaultPlan lost = FaultPlan.losing(true).at(FaultSite.RECORDS).stage(0);
            EngineContext engine =
                    EngineContext.builder().master(CLUSTER).extension(lost).open();
            Background<Object> job = Background.run(() -> {
                try {
                    return TwoSided.sums(engine);
                } catch (EngineException | IllegalStateException e) {
                    return e;
                }
            });
            lost.awaitFired();
            Background<Boolean> other = Background.run(() -> {
                engine.close();
                return engine.isClosed();
            });
            engine.close();

            assertThat(other.result()).isTrue();
            if (job.result() instanceof Exception failure) {
                assertThat(failure).hasMessageContaining("closed");
            } else {
                assertThat(job.result()).isEqualTo(TwoSided.expectedSums());
            }
            Engines.await(() -> engine.status().memory().activeTasks() == 0);
            assertNothingIsLeft(engine);
        }
    }

    @Test
    void byAShutdownHookIsLikeByAnyThread() throws Exception {
        EngineContext engine = EngineContext.open("local[2]");
        TwoSided.sums(engine);
        Thread hook = new Thread(engine::close, "as a shutdown hook would");
        Runtime.getRuntime().addShutdownHook(hook);
        assertThat(Runtime.getRuntime().removeShutdownHook(hook)).isTrue();
        hook.start();
        hook.join();

        assertNothingIsLeft(engine);
    }

    @Test
    void tellsObserversOfTheJobsItFails() throws Exception {
        FaultPlan hold = FaultPlan.holding().at(FaultSite.RECORDS).stage(0);
        EngineContext engine = EngineContext.builder().cores(2).extension(hold).open();
        Events events = Events.of(engine);
        Background<Map<Long, Long>> job = Background.run(() -> TwoSided.sums(engine));
        hold.awaitFired();
        engine.close();

        assertThat(job.failure()).isInstanceOf(EngineException.class);
        assertThat(events.of(EngineEvent.JobEnded.class)).hasSize(1);
        assertThat(events.of(EngineEvent.TaskEnded.class)).hasSameSizeAs(events.of(EngineEvent.TaskStarted.class));
    }
}
