package dev.favilla.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.favilla.attempt.TaskScope;
import dev.favilla.lineage.Collecting;
import dev.favilla.lineage.Cursor;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.NarrowDependency;
import dev.favilla.lineage.Sink;
import dev.favilla.lineage.TestLineage;
import dev.favilla.memory.TaskKilledException;
import dev.favilla.storage.BlockId;
import dev.favilla.storage.StorageLevel;
import dev.favilla.testing.LeakProbe;
import dev.favilla.testing.LeakProbes;
import dev.favilla.testing.TestSeed;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class PipelineTest {

    private final TestLineage lineage = new TestLineage();
    private final PipelineHarness host = new PipelineHarness();
    private final AtomicInteger computed = new AtomicInteger();
    private final AtomicInteger ends = new AtomicInteger();

    @BeforeEach
    void audit(LeakProbes probes) {
        probes.register(probe(
                "bytes held",
                () -> host.memory.usage().poolBytes() - host.memory.usage().freeBytes()));
        probes.register(probe("blocks", () -> host.blocks.blockCount()));
    }

    @AfterEach
    void close() {
        host.close();
    }

    @Nested
    class PushSteps {

        @Test
        void runInOrderOverEachRecord() {
            LineageNode node = lineage.map(lineage.filter(numbers(10), n -> (int) n % 2 == 1), n -> (int) n * 10);

            assertThat(run(node).records).containsExactly(10, 30, 50, 70, 90);
        }

        @Test
        void aHundredThousandOfThemOverflowNothing() {
            LineageNode node = numbers(100);
            for (int i = 0; i < 100_000; i++) {
                node = lineage.map(node, n -> (int) n + 1);
            }

            assertThat(run(node).records)
                    .isEqualTo(IntStream.range(100_000, 100_100).boxed().toList());
        }

        @Test
        void endIsCalledOncePerOperatorWhateverTheLength() {
            LineageNode node = numbers(5000);
            for (int i = 0; i < 1000; i++) {
                node = counted(node);
            }

            Collecting sink = run(node);

            assertThat(ends).hasValue(1000);
            assertThat(sink.records).hasSize(5000);
            assertThat(sink.ended).isOne();
        }

        @Test
        void operatorsMayStillPushWhenTheyEnd() {
            LineageNode node = numbers(700);
            for (int i = 0; i < 600; i++) { // two cuts, so some flushes cross a buffer
                node = i % 200 == 7 ? lineage.push(node, (down, inputs) -> new LastRecordTwice(down)) : counted(node);
            }

            assertThat(run(node).records).hasSize(703).endsWith(699, 699, 699, 699);
        }

        @Test
        void nothingIsPushedAfterTheSinkSaysNo() {
            LineageNode node = counted(numbers(1000));

            Collecting sink = run(node, 3);

            assertThat(sink.records).containsExactly(0, 1, 2);
            assertThat(sink.pushedAfterFalse).isZero();
            assertThat(computed).hasValue(3);
            assertThat(ends).hasValue(1);
        }

        @Test
        void aSourceThatDoesNotListenIsNotListenedToEither() {
            LineageNode deaf = lineage.read(
                    1,
                    List.of(),
                    partition -> inputs -> (sink, max) -> {
                        for (int i = 0; i < 10; i++) {
                            boolean ignored = sink.push(i);
                        }
                        return false;
                    });

            Collecting sink = run(counted(deaf), 4);

            assertThat(sink.records).containsExactly(0, 1, 2, 3);
            assertThat(sink.pushedAfterFalse).isZero();
            assertThat(computed).hasValue(4);
        }

        @Test
        void earlyStopEndsLongChainsToo() {
            LineageNode node = numbers(1_000_000);
            for (int i = 0; i < 700; i++) {
                node = counted(node);
            }

            Collecting sink = run(node, 1);

            assertThat(sink.records).containsExactly(0);
            assertThat(ends).hasValue(700);
            assertThat(computed.get()).isLessThan(700 * 17); // no lower segment ran ahead further than the first step
        }

        @Test
        void anErrorInTheMiddleComesOutUntouchedAndAgain() throws Exception {
            IOException error = new IOException("disk gone");
            LineageNode node = lineage.push(numbers(10), (down, inputs) -> new Sink() {
                @Override
                public boolean push(@Nullable Object record) throws Exception {
                    throw error;
                }
            });
            TaskScope scope = host.scope();
            try (scope) {
                Cursor cursor = open(node, scope);

                assertThatThrownBy(() -> cursor.drive(Collecting.all(), 10)).isSameAs(error);
                assertThatThrownBy(() -> cursor.drive(Collecting.all(), 10)).isSameAs(error);
            }
        }

        @Test
        void aKillIsNoticedAtTheNextRecord() throws Exception {
            TaskScope scope = host.scope();
            LineageNode node = lineage.filter(counted(numbers(1_000_000)), n -> {
                if ((int) n == 1000) {
                    scope.kill("enough");
                }
                return false;
            });
            try (scope) {
                Cursor cursor = open(node, scope);

                assertThatThrownBy(() -> Steps.drive(cursor, Collecting.all(), scope))
                        .isInstanceOf(TaskKilledException.class);
                assertThat(computed).hasValue(1001);
            }
        }
    }

    @Nested
    class PullSteps {

        @Test
        void aHundredThousandOfThemOverflowNothing() {
            LineageNode node = numbers(10);
            for (int i = 0; i < 100_000; i++) {
                node = lineage.pull(node, upstream -> mapped(upstream, n -> (int) n + 1));
            }

            assertThat(run(node).records)
                    .isEqualTo(IntStream.range(100_000, 100_010).boxed().toList());
        }

        @Test
        void askingForOneComputesOne() {
            LineageNode node = lineage.pull(
                    counted(numbers(1000)), upstream -> List.of(upstream.next()).iterator());

            assertThat(run(node).records).containsExactly(0);
            assertThat(computed).hasValue(1);
        }

        @Test
        void computeNoMoreThanTwiceWhatIsAskedFor() {
            LineageNode node = lineage.pull(counted(numbers(1_000_000)), upstream -> upstream);

            assertThat(run(node, 100).records).hasSize(100);
            assertThat(computed).hasValue(127); // 1 + 2 + ... + 64
        }

        @Test
        void areLazyThroughOneAnother() {
            LineageNode node = counted(numbers(1000));
            for (int i = 0; i < PipelineBuilder.NESTED_PULLS; i++) {
                node = lineage.pull(node, upstream -> mapped(upstream, n -> n));
            }

            assertThat(run(node, 1).records).containsExactly(0);
            assertThat(computed).hasValue(1);
        }

        @Test
        void theirFunctionIsNotCalledBeforeARecordIsWanted() throws Exception {
            LineageNode node = lineage.pull(numbers(10), upstream -> {
                computed.incrementAndGet();
                return upstream;
            });
            try (TaskScope scope = host.scope()) {
                Cursor cursor = open(node, scope);
                assertThat(computed).hasValue(0);

                cursor.drive(Collecting.all(), 1);

                assertThat(computed).hasValue(1);
            }
        }

        @Test
        void endWhatIsBelowOnceTheyStop() {
            LineageNode node = lineage.pull(
                    counted(numbers(1000)), upstream -> List.of(upstream.next()).iterator());

            run(node);

            assertThat(ends).hasValue(1);
        }

        @Test
        void passCheckedExceptionsFromBelowUntouched() {
            IOException error = new IOException("disk gone");
            LineageNode broken = lineage.push(numbers(10), (down, inputs) -> new Sink() {
                @Override
                public boolean push(@Nullable Object record) throws Exception {
                    throw error;
                }
            });
            LineageNode node = lineage.pull(broken, upstream -> mapped(upstream, n -> n));

            assertThatThrownBy(() -> run(node)).isSameAs(error);
        }

        @Test
        void mayHaveNoRecordsAtAll() {
            LineageNode node = lineage.pull(numbers(10), upstream -> Collections.emptyIterator());

            assertThat(run(node).records).isEmpty();
        }
    }

    @Nested
    class CachedPartitions {

        @Test
        void areReadInsteadOfComputedAgain() {
            LineageNode cached = counted(numbers(10));
            LineageNode node = lineage.map(cached, n -> (int) n + 1);

            List<Object> first = runCaching(node, cached, Integer.MAX_VALUE).records;
            List<Object> second = runCaching(node, cached, Integer.MAX_VALUE).records;

            assertThat(second).isEqualTo(first);
            assertThat(computed).hasValue(10);
        }

        @Test
        void areCompletedThoughOnlyOneRecordIsTaken() {
            LineageNode cached = counted(numbers(1000));
            AtomicInteger above = new AtomicInteger();
            LineageNode node = lineage.filter(cached, n -> above.incrementAndGet() >= 0);

            Collecting sink = runCaching(node, cached, 1);

            assertThat(sink.records).containsExactly(0);
            assertThat(sink.pushedAfterFalse).isZero();
            assertThat(computed).hasValue(1000);
            assertThat(above).hasValue(1); // what is above the cached dataset is not run for the rest
            assertThat(cachedRecords(cached)).isEqualTo(1000);
        }

        @Test
        void areCompletedBelowAnIteratorThatIsAbandoned() {
            LineageNode cached = counted(numbers(1000));
            LineageNode node = lineage.pull(
                    lineage.map(cached, n -> n),
                    upstream -> List.of(upstream.next()).iterator());

            assertThat(runCaching(node, cached, Integer.MAX_VALUE).records).containsExactly(0);

            assertThat(computed).hasValue(1000);
            assertThat(ends).hasValue(1);
            assertThat(cachedRecords(cached)).isEqualTo(1000);
        }

        @Test
        void areCompletedBelowALongChainThatStops() {
            LineageNode cached = counted(numbers(1000));
            LineageNode node = cached;
            for (int i = 0; i < 700; i++) {
                node = lineage.map(node, n -> n);
            }

            assertThat(runCaching(node, cached, 1).records).containsExactly(0);

            assertThat(cachedRecords(cached)).isEqualTo(1000);
        }

        @Test
        void areCompletedInEveryNestedOne() {
            LineageNode lower = counted(numbers(1000));
            LineageNode upper = lineage.filter(lineage.map(lower, n -> (int) n + 1), n -> (int) n % 2 == 0);
            Map<Integer, StorageLevel> levels =
                    Map.of(lower.id(), StorageLevel.MEMORY_ONLY, upper.id(), StorageLevel.MEMORY_ONLY_SER);

            run(lineage.map(upper, n -> n), 1, levels, true);

            assertThat(cachedRecords(lower)).isEqualTo(1000);
            assertThat(cachedRecords(upper)).isEqualTo(500);
        }

        @Test
        void areCompletedInPipelinesThatAPlanOpensAndLeaves() {
            LineageNode cached = counted(numbers(100));
            LineageNode node = lineage.read(1, List.of(new NarrowDependency(cached)), p -> inputs -> {
                Cursor below = inputs.open(cached, 0);
                return (sink, max) -> {
                    below.drive(sink, 1);
                    return false;
                };
            });

            assertThat(runCaching(node, cached, Integer.MAX_VALUE).records).containsExactly(0);

            assertThat(cachedRecords(cached)).isEqualTo(100);
        }

        @Test
        void areNotVisibleUnlessTheAttemptSucceeds() {
            LineageNode cached = counted(numbers(10));

            run(cached, Integer.MAX_VALUE, Map.of(cached.id(), StorageLevel.MEMORY_ONLY), false);

            assertThat(cachedRecords(cached)).isEqualTo(-1);
        }

        @Test
        void areNotKeptIfAnIteratorAboveSwallowsTheirError() { // a record is missing, so nothing may be visible
            LineageNode cached = lineage.map(numbers(10), n -> {
                if ((int) n == 5) {
                    throw new IllegalStateException("bad record");
                }
                return n;
            });
            LineageNode node = lineage.pull(cached, PipelineTest::whatComesBeforeAnError);

            assertThatThrownBy(() -> runCaching(node, cached, Integer.MAX_VALUE))
                    .hasMessage("bad record");

            assertThat(cachedRecords(cached)).isEqualTo(-1);
        }

        @Test
        void thatAreTooLargeChangeNothingButTheCache() {
            LineageNode cached = lineage.map(numbers(200), n -> new byte[1 << 20]);

            assertThat(runCaching(cached, cached, Integer.MAX_VALUE).records).hasSize(200);

            assertThat(cachedRecords(cached)).isEqualTo(-1);
        }

        @Test
        void thatWereRefusedNoLongerKeepThePipelineGoing() {
            LineageNode cached = lineage.map(counted(numbers(1_000_000)), n -> new byte[1 << 20]);

            assertThat(runCaching(cached, cached, 1).records).hasSize(1);

            assertThat(computed.get()).isLessThan(100);
        }

        @Test
        void readTwiceInOneAttemptAreCollectedOnce() {
            LineageNode cached = counted(numbers(10));
            LineageNode node = lineage.read(1, List.of(new NarrowDependency(cached)), p -> inputs -> {
                Cursor left = inputs.open(cached, 0);
                Cursor right = inputs.open(cached, 0);
                return (sink, max) -> left.drive(sink, max) || right.drive(sink, max);
            });

            assertThat(runCaching(node, cached, Integer.MAX_VALUE).records).hasSize(20);

            assertThat(cachedRecords(cached)).isEqualTo(10);
        }
    }

    @Nested
    class CursorsOfPlans {

        @Test
        void areClosedAsSoonAsTheyAreExhausted() throws Exception {
            AtomicInteger closed = new AtomicInteger();
            LineageNode node = lineage.read(1, List.of(), p -> inputs -> closing(List.of(1), closed));
            try (TaskScope scope = host.scope()) {
                Steps.drive(open(node, scope), Collecting.all(), scope);

                assertThat(closed).hasValue(1);
            }
            assertThat(closed).hasValue(1);
        }

        @Test
        void areClosedWithTheAttemptThoughABuildFailed() {
            AtomicInteger closed = new AtomicInteger();
            LineageNode source = lineage.read(1, List.of(), p -> inputs -> closing(List.of(1), closed));
            LineageNode node = lineage.push(source, (down, inputs) -> {
                throw new IOException("no operator");
            });
            TaskScope scope = host.scope();
            try (scope) {
                assertThatThrownBy(() -> open(node, scope)).hasMessage("no operator");
            }
            assertThat(closed).hasValue(1);
        }
    }

    /** Random chains of steps of both kinds against plain lists; cached or not, taken whole or in part. */
    @RepeatedTest(200)
    void anyPipelineGivesWhatListsGive(TestSeed seed) {
        SplittableRandom random = seed.random();
        int size = random.nextInt(300);
        LineageNode node = numbers(size);
        List<Object> expected = new ArrayList<>(IntStream.range(0, size).boxed().toList());
        Map<Integer, StorageLevel> levels = new java.util.HashMap<>();
        int steps = random.nextInt(random.nextInt(3) == 0 ? 900 : 12);
        for (int i = 0; i < steps; i++) {
            int modulus = random.nextInt(50, 400);
            switch (random.nextInt(4)) {
                case 0 -> {
                    node = lineage.filter(node, n -> (int) n % modulus != 0);
                    expected.removeIf(n -> (int) n % modulus == 0);
                }
                case 1 -> {
                    node = lineage.pull(node, upstream -> mapped(upstream, n -> (int) n + 1));
                    expected.replaceAll(n -> (int) n + 1);
                }
                default -> {
                    node = lineage.map(node, n -> (int) n + 1);
                    expected.replaceAll(n -> (int) n + 1);
                }
            }
            if (random.nextInt(20) == 0) {
                levels.put(node.id(), StorageLevel.MEMORY_ONLY);
            }
        }
        int limit = random.nextBoolean() ? Integer.MAX_VALUE : 1 + random.nextInt(100);
        List<Object> wanted = expected.subList(0, Math.min(limit, expected.size()));

        assertThat(run(node, limit, levels, true).records).isEqualTo(wanted);
        assertThat(run(node, Integer.MAX_VALUE, levels, true).records).isEqualTo(expected);
        assertThat(host.blocks.blockCount()).isEqualTo(levels.size());
    }

    @Test
    void tenThousandPipelinesOpenedFromWithinEachOtherFitASmallStack() throws Exception {
        LineageNode deep = lineage.source(0);
        for (int i = 1; i <= 10_000; i++) {
            deep = lineage.append(lineage.source(i), deep);
        }
        LineageNode top = deep;
        AtomicReference<List<Object>> records = new AtomicReference<>();
        Thread small = new Thread(null, () -> records.set(run(top).records), "small stack", 512L << 10);

        small.start();
        small.join();

        assertThat(records.get())
                .isEqualTo(IntStream.rangeClosed(0, 10_000)
                        .mapToObj(i -> (Object) (10_000 - i))
                        .toList());
    }

    private LineageNode numbers(int count) {
        return lineage.source(1, p -> IntStream.range(0, count).iterator());
    }

    /** Passes records on, and counts them and its own end. */
    private LineageNode counted(LineageNode parent) {
        return lineage.push(parent, (down, inputs) -> new Sink() {
            @Override
            public boolean push(@Nullable Object record) throws Exception {
                computed.incrementAndGet();
                return down.push(record);
            }

            @Override
            public void end() throws Exception {
                ends.incrementAndGet();
                down.end();
            }
        });
    }

    private Collecting run(LineageNode node) {
        return run(node, Integer.MAX_VALUE);
    }

    private Collecting run(LineageNode node, int limit) {
        return run(node, limit, Map.of(), true);
    }

    private Collecting runCaching(LineageNode node, LineageNode cached, int limit) {
        return run(node, limit, Map.of(cached.id(), StorageLevel.MEMORY_ONLY), true);
    }

    private Collecting run(LineageNode node, int limit, Map<Integer, StorageLevel> levels, boolean succeed) {
        TaskScope scope = host.scope();
        try (scope) {
            PipelineBuilder pipelines = host.pipelines(scope, levels);
            Collecting sink = new Collecting(limit);
            Steps.drive(pipelines.open(node, 0), sink, scope);
            pipelines.finish();
            if (succeed) {
                host.blocks.publish(scope);
            }
            return sink;
        } catch (Exception e) {
            throw Rethrow.rethrow(e);
        }
    }

    private Cursor open(LineageNode node, TaskScope scope) throws Exception {
        return host.pipelines(scope, Map.of()).open(node, 0);
    }

    /** Returns how many records of the first partition are cached, or -1 if it is not. */
    private long cachedRecords(LineageNode node) {
        try (TaskScope scope = host.scope()) {
            return host.blocks
                    .find(new BlockId(node.id(), 0), 0, scope)
                    .map(block -> block.recordCount())
                    .orElse(-1L);
        }
    }

    private static Cursor closing(List<Object> records, AtomicInteger closed) {
        Iterator<Object> iterator = records.iterator();
        return new Cursor() {
            @Override
            public boolean drive(Sink sink, int max) throws Exception {
                while (iterator.hasNext()) {
                    sink.push(iterator.next());
                }
                return false;
            }

            @Override
            public void close() {
                closed.incrementAndGet();
            }
        };
    }

    private static Iterator<Object> mapped(Iterator<Object> upstream, Function<Object, Object> function) {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return upstream.hasNext();
            }

            @Override
            public Object next() {
                return function.apply(upstream.next());
            }
        };
    }

    private static Iterator<Object> whatComesBeforeAnError(Iterator<Object> upstream) {
        List<Object> records = new ArrayList<>();
        try {
            upstream.forEachRemaining(records::add);
        } catch (IllegalStateException e) {
            records.add("error");
        }
        return records.iterator();
    }

    private static LeakProbe probe(String name, java.util.function.LongSupplier measure) {
        return new LeakProbe() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public long measure() {
                return measure.getAsLong();
            }
        };
    }

    /** Repeats the last record when it ends. */
    private static final class LastRecordTwice extends Sink {

        private final Sink downstream;
        private @Nullable Object last;

        LastRecordTwice(Sink downstream) {
            this.downstream = downstream;
        }

        @Override
        public boolean push(@Nullable Object record) throws Exception {
            last = record;
            return downstream.push(record);
        }

        @Override
        public void end() throws Exception {
            downstream.push(last);
            downstream.end();
        }
    }
}
