package org.example.sensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.favilla.EngineContext;
import dev.favilla.JobFailedException;
import dev.favilla.RDD;
import dev.favilla.lineage.CallSite;
import dev.favilla.spi.EngineControl;
import dev.favilla.spi.EngineExtension;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a module above the engine can do with nothing but what is public. */
class SensorsTest {

    /** Functions reach it without capturing it. */
    private static final AtomicReference<Sensors> INSTALLED = new AtomicReference<>();

    private final Sensors sensors = new Sensors();

    private EngineContext open(String master) {
        return EngineContext.builder().master(master).extension(sensors).open();
    }

    @Nested
    class Datasets {

        @ParameterizedTest
        @ValueSource(strings = {"local[2]", "local-cluster[2,1,64]"})
        void ofItsOwnSourceAndOperatorAreLikeAnyOther(String master) {
            try (EngineContext engine = open(master)) {
                RDD<Double> shares = sensors.shares(sensors.readings(3).filter(x -> x > 0));
                assertThat(shares.context()).isSameAs(engine);

                assertThat(shares.map(x -> x * 10).collect()).containsExactly(5.0, 5.0, 10.0);
                assertThat(shares.union(shares).count()).isEqualTo(6);
                assertThat(shares.keyBy(x -> x).groupByKey().count()).isEqualTo(2);
            }
        }

        @Test
        void areNamedWithTheUsersLine() {
            try (EngineContext engine = open("local[1]")) {
                RDD<Double> readings = sensors.readings(2);

                assertThat(readings.toString()).matches("ReadingsRDD\\[0] at readings at SensorsTest\\.java:\\d+");
                assertThat(sensors.shares(readings).toDebugString())
                        .contains("ShareRDD[1] at shares at SensorsTest.java");
                assertThat(readings.context()).isSameAs(engine);
            }
        }

        @Test
        void wantAnIdThatWasGivenOut() {
            try (EngineContext engine = open("local[1]")) {
                ReadingsNode guessed = new ReadingsNode(7, new CallSite("readings", "A.java:1"), 1);

                assertThat(engine.range(0, 1).id()).isZero();
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> RDD.of(sensors.control(), guessed))
                        .withMessageContaining("newDatasetId, got 7 of ReadingsRDD");
            }
        }

        @Test
        void wantTheControlOfAContext() {
            EngineControl other = (EngineControl) Proxy.newProxyInstance(
                    getClass().getClassLoader(),
                    new Class<?>[] {EngineControl.class},
                    (proxy, method, arguments) -> null);
            ReadingsNode node = new ReadingsNode(0, new CallSite("readings", "A.java:1"), 1);

            assertThatIllegalArgumentException()
                    .isThrownBy(() -> RDD.of(other, node))
                    .withMessageContaining("the one that EngineExtension.opened was given");
        }

        @Test
        void areNotMadeInsideTasks() {
            try (EngineContext engine = open("local[1]")) {
                INSTALLED.set(sensors);

                assertThatThrownBy(() -> engine.range(0, 1, 1, 1)
                                .map(x -> INSTALLED.get().readings(1).id())
                                .collect())
                        .isInstanceOf(JobFailedException.class)
                        .cause()
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("newDatasetId at Sensors.java:")
                        .hasMessageContaining("was called inside task");
            } finally {
                INSTALLED.set(null);
            }
        }
    }

    @Nested
    class Jobs {

        @ParameterizedTest
        @ValueSource(strings = {"local[2]", "local-cluster[2,1,64]"})
        void withItsOwnActionAreLikeAnyOther(String master) {
            try (EngineContext engine = open(master)) {
                assertThat(sensors.largest(sensors.readings(4))).isEqualTo(3.0);
                assertThat(sensors.largest(engine.parallelize(List.of(1.5, 9.5), 2)))
                        .isEqualTo(9.5);
                assertThat(engine.recentJobs())
                        .extracting(job -> job.callSite().operation())
                        .containsExactly("largest", "largest");
            }
        }

        @Test
        void onSomePartitionsSeeTheseOnly() {
            try (EngineContext engine = open("local[2]")) {
                CallSite here = sensors.control().callSite("largest");
                assertThat(here.location()).startsWith("SensorsTest.java:");
                assertThat(engine.recentJobs()).isEmpty();

                assertThat(sensors.control().run(sensors.readings(9).lineage(), List.of(2, 0), new Largest(), here))
                        .isEqualTo(2.0);
            }
        }

        @Test
        void thatPrepareComeOnceAndBeforeTheFirstThatNeedsThem() {
            try (EngineContext engine = open("local[2]")) {
                RDD<Double> shares = sensors.shares(sensors.shares(sensors.readings(3)));
                assertThat(shares.explain()).contains("1 stage");
                assertThat(engine.recentJobs()).isEmpty();

                shares.count();
                shares.count();

                assertThat(engine.recentJobs()).hasSize(4); // two prepare, two count
            }
        }

        @Test
        void thatPrepareFailAsTheActionDoes() {
            try (EngineContext engine = open("local[2]")) {
                RDD<Double> broken = sensors.shares(engine.range(0, 2).map(x -> {
                    throw new IllegalArgumentException("no such reading");
                }));

                assertThatThrownBy(() -> broken.count())
                        .isInstanceOf(JobFailedException.class)
                        .hasMessageContaining("count at SensorsTest.java")
                        .hasRootCauseMessage("no such reading");
            }
        }
    }

    @Nested
    class Observing {

        @Test
        void itHearsJobsAndItsOwnEventsInOrderToTheLastOne() {
            EngineContext engine = open("local[2]");
            sensors.largest(sensors.readings(1));

            engine.close();

            assertThat(sensors.heard())
                    .containsSubsequence("largest", "JobEnded", "Calibrated")
                    .endsWith("SwitchedOff");
        }

        @Test
        void whatItPublishesIsToldToUsers() {
            List<Object> told = Collections.synchronizedList(new ArrayList<>());
            try (EngineContext engine = open("local[2]")) {
                engine.addListener(told::add);
                sensors.largest(sensors.readings(2));
            }

            assertThat(told).contains(new Sensors.Calibrated(java.time.Instant.EPOCH, 1.0));
        }
    }

    @Nested
    class Closing {

        private final List<String> said = Collections.synchronizedList(new ArrayList<>());

        private EngineExtension saying(String name, Runnable then) {
            return new EngineExtension() {
                @Override
                public void closing() {
                    said.add(name);
                    then.run();
                }
            };
        }

        @Test
        void isToldOnceTheLastInstalledFirstWhateverOthersThrow() {
            EngineContext engine = EngineContext.builder()
                    .master("local[1]")
                    .extension(saying("first", () -> {}))
                    .extension(saying("second", () -> {
                        throw new AssertionError("rude");
                    }))
                    .open();

            engine.close();
            engine.close();

            assertThat(said).containsExactly("second", "first");
        }

        @Test
        void comesBeforeExecutorsEndAndWhenNothingNewCanBegin() {
            EngineContext engine = EngineContext.builder()
                    .master("local[1]")
                    .extension(sensors)
                    .extension(saying("closing", () -> {
                        assertThat(sensors.control().executors()).hasSize(1);
                        assertThatIllegalStateException()
                                .isThrownBy(() -> sensors.readings(1))
                                .withMessageContaining("is closed");
                        said.add("as it should be");
                    }))
                    .open();

            engine.close();

            assertThat(said).containsExactly("closing", "as it should be");
        }

        @Test
        void anExtensionMayCloseTheContextOnceMore() {
            List<EngineContext> opened = new ArrayList<>();
            EngineContext engine = EngineContext.builder()
                    .master("local[1]")
                    .extension(saying("again", () -> opened.get(0).close()))
                    .open();
            opened.add(engine);

            engine.close();

            assertThat(said).containsExactly("again");
        }

        @Test
        void whoClosesSecondWaitsUntilAllWereTold() throws Exception {
            CountDownLatch begun = new CountDownLatch(1);
            CountDownLatch goOn = new CountDownLatch(1);
            EngineContext engine = EngineContext.builder()
                    .master("local[1]")
                    .extension(saying("told", () -> {
                        begun.countDown();
                        await(goOn);
                    }))
                    .open();
            Thread first = new Thread(engine::close);
            first.start();
            await(begun);
            Thread second = new Thread(() -> {
                engine.close();
                said.add("closed");
            });
            second.start();

            goOn.countDown();
            second.join(30_000);
            first.join(30_000);

            assertThat(said).containsExactly("told", "closed");
        }

        private void await(CountDownLatch latch) {
            try {
                assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                throw new AssertionError("nobody interrupts this thread", e);
            }
        }

        @Test
        void isNotToldToOneThatFailedToOpen() {
            EngineExtension broken = new EngineExtension() {
                @Override
                public void opened(EngineControl control) {
                    throw new IllegalStateException("not today");
                }

                @Override
                public void closing() {
                    said.add("broken");
                }
            };

            assertThatIllegalStateException()
                    .isThrownBy(() -> EngineContext.builder()
                            .master("local[1]")
                            .extension(saying("sound", () -> {}))
                            .extension(broken)
                            .open())
                    .withMessage("not today");

            assertThat(said).containsExactly("sound");
        }
    }
}
