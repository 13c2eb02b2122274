package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.favilla.fault.FaultSite;
import dev.favilla.task.CommitDeniedException;
import dev.favilla.task.TaskContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Output is made final once, or not at all. */
@Timeout(120)
class CommitTest {

    private static final String LOCAL = "local[2]";
    private static final String CLUSTER = "local-cluster[2,1,64]";

    private static TaskContext task() {
        return Objects.requireNonNull(TaskContext.get(), "outside of a task");
    }

    @Nested
    class MayCommit {

        @Test
        void isGrantedToOneOfTwoAttemptsAndTheOtherDoesNotComeBack() throws Exception {
            Tally denied = Tally.create();
            try (Gate granted = new Gate();
                    EngineContext engine =
                            SpeculationFaultsTest.open(FaultPlan.failing().times(0))) {
                String gate = granted.name();
                Background<Long> job = Background.run(() -> engine.range(0, 40, 1, 4)
                        .mapPartitions(records -> {
                            if (task().partition() == 3) {
                                if (!task().mayCommit()) {
                                    denied.add();
                                    throw new CommitDeniedException(task());
                                }
                                Gate.pass(gate, "granted");
                            }
                            return records;
                        })
                        .count());
                denied.awaitFirst();
                granted.open();

                assertThat(job.result()).isEqualTo(40);
                assertThat(granted.arrivals()).isEqualTo(1);
                assertThat(denied.count()).isEqualTo(1);
                assertThat(Engines.lastJob(engine).stages().get(0).failures()).isZero();
                Engines.assertUsable(engine);
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {"local[1,2]", CLUSTER})
        void isGrantedToTheNextAttemptWhenTheOneThatHeldItFails(String master) {
            Tally granted = Tally.create();
            try (EngineContext engine = EngineContext.open(master)) {
                List<Long> records = engine.range(0, 4, 1, 2)
                        .mapPartitions(all -> {
                            assertThat(task().mayCommit()).isTrue();
                            assertThat(task().mayCommit()).as("asked again").isTrue();
                            granted.add();
                            if (task().attemptNumber() == 0) {
                                throw new IOException("fails after it was granted");
                            }
                            return all;
                        })
                        .collect();

                assertThat(records).containsExactly(0L, 1L, 2L, 3L);
                assertThat(granted.count()).isEqualTo(4);
                Engines.assertUsable(engine);
            }
        }

        @Test
        void isGrantedToTheNextAttemptWhenTheExecutorThatHeldItIsLost() {
            FaultPlan lost = FaultPlan.losing(true).at(FaultSite.TASK_END).partition(0);
            Tally granted = Tally.create();
            try (EngineContext engine =
                    EngineContext.builder().master(CLUSTER).extension(lost).open()) {
                long records = engine.range(0, 4, 1, 1)
                        .mapPartitions(all -> {
                            assertThat(task().mayCommit()).isTrue();
                            granted.add();
                            return all;
                        })
                        .count();

                assertThat(records).isEqualTo(4);
                assertThat(granted.count()).isEqualTo(2);
                Engines.assertUsable(engine);
            }
        }
    }

    @Nested
    class TextFiles {

        @TempDir
        Path directory;

        private Path output() {
            return directory.resolve("out");
        }

        private void save(EngineContext engine) {
            engine.range(0, 100, 1, 4).saveAsTextFile(output().toString());
        }

        private void assertComplete() throws IOException {
            List<Long> written = new ArrayList<>();
            for (int part = 0; part < 4; part++) {
                Files.readAllLines(output().resolve("part-0000" + part))
                        .forEach(line -> written.add(Long.valueOf(line)));
            }
            assertThat(written).isEqualTo(LongStream.range(0, 100).boxed().toList());
            assertThat(names(output()))
                    .containsExactlyInAnyOrder("part-00000", "part-00001", "part-00002", "part-00003", "_SUCCESS");
            assertThat(names(directory)).containsExactly("out");
        }

        private List<String> names(Path parent) throws IOException {
            try (Stream<Path> files = Files.list(parent)) {
                return files.map(file -> file.getFileName().toString()).toList();
            }
        }

        static Stream<Arguments> sites() {
            return Stream.of(LOCAL, CLUSTER)
                    .flatMap(master -> Stream.of(
                                    FaultSite.TASK_START,
                                    FaultSite.SOURCE_OPEN,
                                    FaultSite.RECORDS,
                                    FaultSite.TASK_END,
                                    FaultSite.RESULT)
                            .map(site -> Arguments.of(master, site)));
        }

        @ParameterizedTest
        @MethodSource("sites")
        void areCompleteOrAbsentWhereverAnAttemptFails(String master, FaultSite site) throws IOException {
            FaultPlan fatal = FaultPlan.failing().at(site).stage(0).partition(2);
            try (EngineContext engine =
                    TwoSided.withoutRetries(master).extension(fatal).open()) {
                assertThatThrownBy(() -> save(engine)).isInstanceOf(JobFailedException.class);
                Engines.assertUsable(engine);
            }
            assertThat(fatal.fired()).isEqualTo(1);
            assertThat(names(directory)).isEmpty();

            FaultPlan once = FaultPlan.failing().at(site).stage(0).partition(2);
            try (EngineContext engine =
                    TwoSided.withRetries(master).extension(once).open()) {
                save(engine);
                Engines.assertUsable(engine);
            }
            assertThat(once.fired()).isEqualTo(1);
            assertComplete();
        }

        @ParameterizedTest
        @ValueSource(strings = {"TASK_START", "RECORDS", "TASK_END", "RESULT"})
        void areCompleteThoughAnExecutorIsLost(FaultSite site) throws IOException {
            FaultPlan lost = FaultPlan.losing(true).at(site).stage(0).partition(2);
            try (EngineContext engine =
                    EngineContext.builder().master(CLUSTER).extension(lost).open()) {
                save(engine);
                Engines.assertUsable(engine);
            }
            assertThat(lost.fired()).isEqualTo(1);
            assertComplete();
        }

        @Test
        void areWrittenOnceThoughTwinsWriteAtTheSameMoment() throws IOException {
            CyclicBarrier both = new CyclicBarrier(2);
            FaultPlan together = FaultPlan.doing((plan, point) -> both.await(30, TimeUnit.SECONDS))
                    .at(FaultSite.RECORDS)
                    .stage(0)
                    .partition(3)
                    .times(2);
            try (EngineContext engine = SpeculationFaultsTest.open(together)) {
                save(engine);
                Engines.assertUsable(engine);
            }
            assertThat(together.fired()).isEqualTo(2);
            assertComplete();
        }

        @ParameterizedTest
        @ValueSource(strings = {LOCAL, CLUSTER})
        void areAbsentWhenTheJobIsCancelled(String master) throws Exception {
            FaultPlan hold = FaultPlan.holding().at(FaultSite.TASK_END).stage(0).partition(2);
            try (EngineContext engine =
                    EngineContext.builder().master(master).extension(hold).open()) {
                Background<Object> job = Background.run(() -> {
                    save(engine);
                    return "saved";
                });
                hold.awaitFired();
                engine.cancelAllJobs();

                assertThat(job.failure()).isInstanceOf(JobCancelledException.class);
                hold.release();
                Engines.assertUsable(engine);
            }
            assertThat(names(directory)).isEmpty();
        }
    }
}
