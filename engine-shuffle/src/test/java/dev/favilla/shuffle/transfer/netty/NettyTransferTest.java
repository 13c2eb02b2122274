package dev.favilla.shuffle.transfer.netty;

import static dev.favilla.shuffle.transfer.netty.TransferFixture.A;
import static dev.favilla.shuffle.transfer.netty.TransferFixture.B;
import static dev.favilla.shuffle.transfer.netty.TransferFixture.C;
import static dev.favilla.shuffle.transfer.netty.TransferFixture.LONG;
import static dev.favilla.shuffle.transfer.netty.TransferFixture.output;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.disk.LocalDiskException;
import dev.favilla.fault.FaultProbe;
import dev.favilla.frame.BlockFrame;
import dev.favilla.serializer.SerializationException;
import dev.favilla.shuffle.BlockServers;
import dev.favilla.shuffle.BlockTransfer;
import dev.favilla.shuffle.BlockTransferException;
import dev.favilla.shuffle.MapOutput;
import dev.favilla.shuffle.ResultBlocks;
import dev.favilla.shuffle.transfer.netty.TransferFixture.Server;
import dev.favilla.storage.BlockId;
import dev.favilla.storage.EncodedBlock;
import dev.favilla.testing.LeakProbes;
import dev.favilla.testing.TestSeed;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is fetched through a channel, in memory and over TCP. */
@Timeout(60)
class NettyTransferTest {

    private static final BlockId CACHED = new BlockId(4, 0);

    private static void assertSame(List<EncodedBlock> fetched, List<EncodedBlock> there) {
        assertThat(fetched).hasSameSizeAs(there);
        for (int i = 0; i < there.size(); i++) {
            assertThat(fetched.get(i).header()).isEqualTo(there.get(i).header());
            assertThat(fetched.get(i).digest()).isEqualTo(there.get(i).digest());
            assertThat(fetched.get(i).frame()).isEqualTo(there.get(i).frame());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "tcp"})
    void blocksOfAllLengthsComeAsTheyAreAndAsCopies(String medium, LeakProbes probes, TestSeed seed) throws Exception {
        SplittableRandom random = seed.split("blocks");
        int chunk = Wire.CHUNK_BYTES;
        Server server =
                new Server().with(3, 5, 1, random, 0, 1, 100, chunk - 1, chunk, chunk + 1, 3 * chunk + 7, 0, 5_000_000);
        try (TransferFixture fixture = TransferFixture.open(medium, LONG)) {
            fixture.audit(probes);
            fixture.transfer.register(A, new Server());
            fixture.transfer.register(B, server);

            List<EncodedBlock> fetched = fixture.transfer.from(A).fetch(3, 1, output(B, 5));

            List<EncodedBlock> there = server.blocks(3, 5, 1);
            assertSame(fetched, there);
            assertThat(fetched.get(2).frame()).isNotSameAs(there.get(2).frame());
            assertSame(fixture.transfer.from(A).fetch(3, 1, output(B, 5), 4), there.subList(4, there.size()));
            assertThat(fixture.transfer.from(A).fetch(3, 1, output(B, 5), there.size()))
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "tcp"})
    void severalOutputsComeInOneAnswerAndThoseThatAreNotThereAreEmpty(String medium, LeakProbes probes, TestSeed seed)
            throws Exception {
        SplittableRandom random = seed.split("blocks");
        Server server = new Server();
        List<MapOutput> asked = new ArrayList<>();
        for (int map = 0; map < 300; map++) {
            if (map % 7 != 3) {
                server.with(1, map, 0, random, random.nextInt(5000), random.nextInt(20_000));
            }
            asked.add(output(B, map));
        }
        try (TransferFixture fixture = TransferFixture.open(medium, LONG)) {
            fixture.audit(probes);
            fixture.transfer.register(B, server);

            List<Optional<List<EncodedBlock>>> fetched =
                    fixture.transfer.from(A).fetch(1, 0, asked);

            assertThat(fetched).hasSize(300);
            for (int map = 0; map < 300; map++) {
                assertThat(fetched.get(map).isPresent()).isEqualTo(map % 7 != 3);
                if (map % 7 != 3) {
                    assertSame(fetched.get(map).orElseThrow(), server.blocks(1, map, 0));
                }
            }
            assertThat(server.asked).hasSize(300);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "tcp"})
    void whatWasBegunComesWhenItIsWaitedForAndWhatIsDroppedKeepsNothingUp(
            String medium, LeakProbes probes, TestSeed seed) throws Exception {
        Server server =
                new Server().with(1, 0, 0, seed.split("one"), 5000).with(1, 1, 0, seed.split("other"), 5_000_000);
        try (TransferFixture fixture = TransferFixture.open(medium, LONG)) {
            fixture.audit(probes);
            BlockTransfer transfer = fixture.transfer.from(A);
            assertThat(transfer.begin(1, 0, List.of(output(B, 0))))
                    .as("that executor is gone")
                    .isEmpty();
            fixture.transfer.register(B, server);

            BlockTransfer.Begun begun =
                    transfer.begin(1, 0, List.of(output(B, 0), output(B, 7))).orElseThrow();
            transfer.begin(1, 0, List.of(output(B, 1))).orElseThrow().close();

            List<Optional<List<EncodedBlock>>> come = begun.await();
            assertSame(come.get(0).orElseThrow(), server.blocks(1, 0, 0));
            assertThat(come.get(1)).isEmpty();
            assertSame(transfer.fetch(1, 0, output(B, 1)), server.blocks(1, 1, 0));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "tcp"})
    void aHundredFetchesAtOnceDoNotMix(String medium, LeakProbes probes, TestSeed seed) throws Exception {
        SplittableRandom random = seed.split("blocks");
        Server one = new Server();
        Server other = new Server();
        for (int map = 0; map < 100; map++) {
            one.with(1, map, 0, random, random.nextInt(300_000), random.nextInt(10));
            other.with(1, map, 0, random, random.nextInt(300_000));
        }
        ExecutorService slots = Executors.newFixedThreadPool(8);
        try (TransferFixture fixture = TransferFixture.open(medium, LONG)) {
            fixture.audit(probes);
            fixture.transfer.register(A, one);
            fixture.transfer.register(B, other);
            List<Callable<List<EncodedBlock>>> fetches = new ArrayList<>();
            for (int map = 0; map < 100; map++) {
                MapOutput output = output(map % 2 == 0 ? A : B, map);
                BlockTransfer from = fixture.transfer.from(map % 3 == 0 ? C : map % 2 == 0 ? B : A);
                fetches.add(() -> from.fetch(1, 0, output));
            }

            List<Future<List<EncodedBlock>>> fetched = slots.invokeAll(fetches);

            for (int map = 0; map < 100; map++) {
                assertSame(fetched.get(map).get(), (map % 2 == 0 ? one : other).blocks(1, map, 0));
            }
        } finally {
            slots.shutdownNow();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "tcp"})
    void itSaysWhetherTheExecutorIsGoneOrOnlyTheOutput(String medium, LeakProbes probes) {
        try (TransferFixture fixture = TransferFixture.open(medium, LONG)) {
            fixture.audit(probes);
            BlockTransfer transfer = fixture.transfer.from(A);
            fixture.transfer.register(B, new Server());

            assertThatThrownBy(() -> transfer.fetch(3, 1, output(B, 8)))
                    .isInstanceOf(BlockTransferException.class)
                    .hasMessage("it was dropped there");
            assertThat(fixture.transfer.unregister(B)).isTrue();
            assertThat(fixture.transfer.unregister(B)).isFalse();
            assertThatThrownBy(() -> transfer.fetch(3, 1, output(B, 7)))
                    .isInstanceOf(BlockTransferException.class)
                    .hasMessage("that executor is gone");
            assertThatThrownBy(() -> transfer.fetch(3, 1, output(new ExecutorId(B.name(), 9), 7)))
                    .hasMessage("that executor is gone");
            assertThatThrownBy(() -> transfer.fetch(3, 1, output(A, 7))).hasMessageContaining("executor-1#1 itself");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "tcp"})
    void cachedBlocksComeFromTheFirstThatHasThem(String medium, LeakProbes probes) {
        byte[] frame = {1, 2, 3};
        Server second = new Server().withCached(CACHED, -9, frame);
        Server third = new Server().withCached(CACHED, -9, new byte[0]);
        try (TransferFixture fixture = TransferFixture.open(medium, LONG)) {
            fixture.audit(probes);
            fixture.transfer.register(A, new Server().withCached(CACHED, 0, frame));
            fixture.transfer.register(B, second);
            fixture.transfer.register(C, third);

            EncodedBlock found = fixture.transfer.from(A).fetch(CACHED, 77).orElseThrow();

            assertThat(found.header())
                    .isEqualTo(second.cachedBlock(CACHED, 77).orElseThrow().header());
            assertThat(found.digest()).isEqualTo(-9);
            assertThat(found.frame()).containsExactly(1, 2, 3);
            assertThat(third.asked).isEmpty();
            assertThat(fixture.transfer.from(A).fetch(CACHED, 78)).isEmpty();
            assertThat(fixture.transfer.from(A).fetch(new BlockId(9, 9), 77)).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "tcp"})
    void broadcastsComeFromTheDriver(String medium, LeakProbes probes) throws Exception {
        byte[] frame = new byte[300_000];
        try (TransferFixture fixture = TransferFixture.open(medium, LONG)) {
            fixture.audit(probes);
            BlockTransfer transfer = fixture.transfer.from(A);
            assertThatThrownBy(() -> transfer.fetchBroadcast(8)).hasMessage("that executor is gone");

            fixture.transfer.register(BlockServers.DRIVER, new Server().withBroadcast(8, frame));

            EncodedBlock fetched = transfer.fetchBroadcast(8);
            assertThat(fetched.header().blockId()).isEqualTo("broadcast_8");
            assertThat(fetched.frame()).isEqualTo(frame);
            assertThatThrownBy(() -> transfer.fetchBroadcast(9))
                    .isInstanceOf(BlockTransferException.class)
                    .hasMessage("it was dropped there");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "tcp"})
    void largeResultsGoToTheDriver(String medium, LeakProbes probes) throws Exception {
        byte[] result = new byte[300_000];
        result[299_999] = 1;
        try (TransferFixture fixture = TransferFixture.open(medium, LONG)) {
            fixture.audit(probes);
            ResultBlocks results = new ResultBlocks(A, fixture.transfer.from(BlockServers.DRIVER));
            assertThatThrownBy(() -> results.send(8, result, FaultProbe.NONE)).hasMessage("that executor is gone");

            fixture.transfer.register(A, new Server().withResults(results));

            BlockFrame.Payload fetched = results.send(8, result, FaultProbe.NONE);
            assertThat(Arrays.copyOfRange(fetched.bytes(), fetched.offset(), fetched.offset() + fetched.length()))
                    .isEqualTo(result);
            assertThatThrownBy(() -> fixture.transfer.from(BlockServers.DRIVER).fetchResult(A, 8))
                    .isInstanceOf(BlockTransferException.class)
                    .hasMessage("it was dropped there");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "tcp"})
    void whatIsThrownThereIsToldInWords(String medium, LeakProbes probes) {
        Server server = new Server();
        try (TransferFixture fixture = TransferFixture.open(medium, LONG)) {
            fixture.audit(probes);
            fixture.transfer.register(B, server);
            BlockTransfer transfer = fixture.transfer.from(A);

            server.before = map -> {
                throw new SerializationException("Cannot write a record of Ship", new IllegalStateException("sunk"));
            };
            assertThatThrownBy(() -> transfer.fetch(3, 1, output(B, 7)))
                    .isInstanceOf(SerializationException.class)
                    .hasMessage("Cannot write a record of Ship");
            server.before = map -> {
                throw new LocalDiskException("the disk is gone", null);
            };
            assertThatThrownBy(() -> transfer.fetch(3, 1, output(B, 7)))
                    .isInstanceOf(LocalDiskException.class)
                    .hasMessage("the disk is gone");
            server.before = map -> {
                throw new OutOfMemoryError("of a test");
            };
            assertThatThrownBy(() -> transfer.fetch(3, 1, output(B, 7)))
                    .isInstanceOf(BlockTransferException.class)
                    .hasMessageContainingAll("could not give it", "java.lang.OutOfMemoryError", "of a test");
            server.before = map -> {
                throw new RuntimeException("long ".repeat(10_000)) {
                    @Override
                    public String getMessage() {
                        throw new IllegalStateException("no words");
                    }
                };
            };
            assertThatThrownBy(() -> transfer.fetch(3, 1, output(B, 7)))
                    .isInstanceOf(BlockTransferException.class)
                    .hasMessageContaining("it has no words for it");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "tcp"})
    void oneOutputThatCannotBeMadeDoesNotKeepThoseBeforeItBack(String medium, LeakProbes probes, TestSeed seed)
            throws Exception {
        SplittableRandom random = seed.split("blocks");
        Server server =
                new Server().with(3, 0, 1, random, 10).with(3, 1, 1, random, 10).with(3, 2, 1, random, 10);
        server.before = map -> {
            if (map == 1) {
                throw new SerializationException("Cannot write a record", null);
            }
        };
        try (TransferFixture fixture = TransferFixture.open(medium, LONG)) {
            fixture.audit(probes);
            fixture.transfer.register(B, server);

            List<Optional<List<EncodedBlock>>> fetched =
                    fixture.transfer.from(A).fetch(3, 1, List.of(output(B, 0), output(B, 1), output(B, 2)));

            assertThat(fetched).extracting(Optional::isPresent).containsExactly(true, false, true);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "tcp"})
    void aFetchUnderWayFailsWhenItsExecutorIsLost(String medium, LeakProbes probes) throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch lost = new CountDownLatch(1);
        Server server = new Server();
        server.before = map -> {
            asked.countDown();
            awaitIt(lost);
        };
        ExecutorService slot = Executors.newSingleThreadExecutor();
        try (TransferFixture fixture = TransferFixture.open(medium, LONG)) {
            fixture.audit(probes);
            fixture.transfer.register(B, server);
            Future<?> fetch = slot.submit(() -> fixture.transfer.from(A).fetch(3, 1, output(B, 7)));
            awaitIt(asked);

            fixture.transfer.unregister(B);

            assertThatThrownBy(fetch::get)
                    .hasCauseInstanceOf(BlockTransferException.class)
                    .hasMessageContaining("that executor is gone");
            lost.countDown();
        } finally {
            slot.shutdownNow();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "tcp"})
    void anInterruptEndsTheWaitAndIsKept(String medium, LeakProbes probes) throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        Server server = new Server();
        Thread caller = Thread.currentThread();
        server.before = map -> {
            caller.interrupt();
            awaitIt(over);
        };
        try (TransferFixture fixture = TransferFixture.open(medium, LONG)) {
            fixture.audit(probes);
            fixture.transfer.register(B, server);

            assertThatThrownBy(() -> fixture.transfer.from(A).fetch(3, 1, output(B, 7)))
                    .isInstanceOf(BlockTransferException.class)
                    .hasMessage("the wait for it was interrupted");

            assertThat(Thread.interrupted()).isTrue();
            over.countDown();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "tcp"})
    void anInterruptOfOldDoesNotEndAFetch(String medium, LeakProbes probes, TestSeed seed) throws Exception {
        Server server = new Server().with(3, 7, 1, seed.split("blocks"), 10);
        try (TransferFixture fixture = TransferFixture.open(medium, LONG)) {
            fixture.audit(probes);
            fixture.transfer.register(B, server);
            Thread.currentThread().interrupt();

            assertThat(fixture.transfer.from(A).fetch(3, 1, output(B, 7))).hasSize(1);

            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "tcp"})
    void closingFailsWhatWaitsAndLeavesNoThread(String medium, LeakProbes probes) throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        Server server = new Server();
        server.before = map -> {
            asked.countDown();
            try {
                new CountDownLatch(1).await(); // until close interrupts it
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
        ExecutorService slot = Executors.newSingleThreadExecutor();
        try (TransferFixture fixture = TransferFixture.open(medium, LONG)) {
            fixture.audit(probes);
            fixture.transfer.register(B, server);
            Future<?> fetch = slot.submit(() -> fixture.transfer.from(A).fetch(3, 1, output(B, 7)));
            awaitIt(asked);

            assertThat(fixture.transfer.close(LONG)).isEmpty();

            assertThat(Thread.getAllStackTraces().keySet())
                    .noneMatch(thread -> thread.getName().startsWith("favilla-test-"));
            assertThatThrownBy(fetch::get).hasMessageContaining("its context is closed");
            assertThatThrownBy(() -> fixture.transfer.from(A).fetch(3, 1, output(B, 7)))
                    .hasMessage("its context is closed");
        } finally {
            slot.shutdownNow();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "tcp"})
    void oneThatWasNeverUsedClosesAndOpensNoMore(String medium) {
        try (TransferFixture fixture = TransferFixture.open(medium, LONG)) {
            fixture.transfer.register(B, new Server());

            assertThat(fixture.transfer.close(LONG)).isEmpty();

            assertThatThrownBy(() -> fixture.transfer.from(A).fetch(3, 1, output(B, 7)))
                    .hasMessage("its context is closed");
        }
    }

    private static void awaitIt(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
