package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.event.EngineEvent;
import dev.favilla.task.TaskOutcome;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tasks that do not stop when they are told to, in contexts with a single slot, which others need. */
@Timeout(120)
class StubbornTasksTest {

    private static final String LOCAL = "local[1]";
    private static final String CLUSTER = "local-cluster[1,1,64]";

    private static final Map<Integer, Object> LOCKS = new ConcurrentHashMap<>(Map.of(1, new Object()));

    private static EngineContext open(String master) {
        return EngineContext.builder()
                .master(master)
                .set("favilla.task.interruptAfter", "5ms")
                .set("favilla.task.replaceAfter", "5ms")
                .open();
    }

    /** Checks that the caller is released, that what goes on is reported, and that its slot serves others meanwhile. */
    private static void cancelAndGoOn(EngineContext engine, Events events, Background<Long> job) throws Exception {
        engine.cancelAllJobs();
        assertThat(job.failure()).isInstanceOf(JobCancelledException.class).hasMessageContaining("cancelAllJobs at");
        EngineEvent.TaskEnded end = events.await(EngineEvent.TaskEnded.class, event -> true);
        assertThat(end.outcome())
                .isInstanceOfSatisfying(
                        TaskOutcome.Killed.class,
                        killed -> assertThat(killed.reason())
                                .contains("cancelAllJobs at")
                                .contains("its slot was given up"));
        assertThat(engine.range(0, 100, 1, 4).keyBy(x -> x % 3).groupByKey(2).count())
                .isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {LOCAL, CLUSTER})
    void oneThatIgnoresItsInterruptLosesItsSlot(String master) throws Exception {
        try (EngineContext engine = open(master);
                Gate stuck = new Gate()) {
            Events events = Events.of(engine);
            String gate = stuck.name();
            Background<Long> job = Background.run(() -> engine.range(0, 1, 1, 1)
                    .map(x -> Gate.passStubbornly(gate, x))
                    .count());
            stuck.awaitArrivals(1);

            cancelAndGoOn(engine, events, job);
            stuck.open();
            Engines.assertUsable(engine);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {LOCAL, CLUSTER})
    void oneThatHasMadeAMapOutputAndIgnoresItsInterruptLeavesNothing(String master) throws Exception {
        try (EngineContext engine = open(master);
                Gate stuck = new Gate()) {
            Events events = Events.of(engine);
            String gate = stuck.name();
            PairRDD<Long, Long> mapped = engine.range(0, 10, 1, 1)
                    .map(x -> Gate.passStubbornly(gate, x))
                    .keyBy(x -> x);
            Background<Long> job = Background.run(() -> mapped.groupByKey(1).count());
            stuck.awaitArrivals(1);

            cancelAndGoOn(engine, events, job);
            int outputs = engine.status().mapOutputs();
            stuck.open();
            Engines.assertIdle(engine);
            assertThat(engine.status().mapOutputs()).isLessThanOrEqualTo(outputs);
            assertThat(mapped.groupByKey(1).count()).isEqualTo(10);
            Engines.assertUsable(engine);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {LOCAL, CLUSTER})
    void oneThatWaitsForALockThatSomebodyHoldsLosesItsSlot(String master) throws Exception {
        Tally waiting = Tally.create();
        try (EngineContext engine = open(master)) {
            Events events = Events.of(engine);
            synchronized (LOCKS.get(1)) {
                Background<Long> job = Background.run(() -> engine.range(0, 1, 1, 1)
                        .map(x -> {
                            waiting.add();
                            synchronized (LOCKS.get(1)) { // takes no notice of interrupts
                                return x;
                            }
                        })
                        .count());
                waiting.awaitFirst();

                cancelAndGoOn(engine, events, job);
            }
            Engines.assertUsable(engine);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {LOCAL, CLUSTER})
    void oneThatSwallowsItsInterruptStopsAtItsNextRecord(String master) throws Exception {
        try (EngineContext engine = EngineContext.open(master);
                Gate asleep = new Gate()) {
            Events events = Events.of(engine);
            String gate = asleep.name();
            engine.setInterruptOnCancel(true);
            Background<Long> job = Background.run(() -> engine.range(0, Long.MAX_VALUE, 1, 1)
                    .filter(x -> {
                        try {
                            return Gate.pass(gate, false);
                        } catch (InterruptedException e) { // on purpose: there is code that does this
                            return false;
                        }
                    })
                    .count());
            asleep.awaitArrivals(1);
            engine.cancelAllJobs();

            assertThat(job.failure()).isInstanceOf(JobCancelledException.class);
            EngineEvent.TaskEnded end = events.await(EngineEvent.TaskEnded.class, event -> true);
            assertThat(end.outcome()).isInstanceOf(TaskOutcome.Killed.class);
            Engines.assertUsable(engine);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {LOCAL, CLUSTER})
    void oneThatLeavesItsInterruptFlagSetDoesNotDisturbTheNext(String master) {
        try (EngineContext engine = open(master)) {
            assertThat(engine.range(0, 8, 1, 8)
                            .map(x -> {
                                boolean found = Thread.currentThread().isInterrupted();
                                Thread.currentThread().interrupt();
                                return found;
                            })
                            .collect())
                    .hasSize(8)
                    .containsOnly(false);
            Engines.assertUsable(engine);
        }
    }

    @Test
    void closingDoesNotWaitForOneLongerThanItsDeadline() throws Exception {
        Gate stuck = new Gate();
        String gate = stuck.name();
        EngineContext engine = open(LOCAL);
        Background<Long> job = Background.run(() ->
                engine.range(0, 1, 1, 1).map(x -> Gate.passStubbornly(gate, x)).count());
        stuck.awaitArrivals(1);
        Background<String> closing = Background.run(() -> {
            engine.close();
            return "closed";
        });

        assertThat(closing.result()).isEqualTo("closed");
        assertThat(job.failure()).isInstanceOf(EngineException.class).hasMessageContaining("closed");
        stuck.close();
    }
}
