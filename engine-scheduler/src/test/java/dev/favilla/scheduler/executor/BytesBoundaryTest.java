package dev.favilla.scheduler.executor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.attempt.TaskScope;
import dev.favilla.lineage.Action;
import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.Cursor;
import dev.favilla.lineage.Dependency;
import dev.favilla.lineage.EntryExtractor;
import dev.favilla.lineage.LineageBinary;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.PartitionPlan;
import dev.favilla.lineage.ShuffleDependency;
import dev.favilla.memory.UnifiedMemoryManager;
import dev.favilla.scheduler.InputSnapshot;
import dev.favilla.scheduler.SerializedValue;
import dev.favilla.scheduler.TaskSpec;
import dev.favilla.scheduler.TaskWork;
import dev.favilla.serializer.KryoSerializer;
import dev.favilla.serializer.SerializationException;
import dev.favilla.serializer.Serializer;
import dev.favilla.shuffle.BlockServer;
import dev.favilla.shuffle.BlockServers;
import dev.favilla.shuffle.BlockSizes;
import dev.favilla.shuffle.HashPartitioner;
import dev.favilla.shuffle.MapOutput;
import dev.favilla.shuffle.Partitioner;
import dev.favilla.shuffle.ResultBlocks;
import dev.favilla.shuffle.ShuffleSpec;
import dev.favilla.shuffle.transfer.InMemoryTransfer;
import dev.favilla.storage.BlockId;
import dev.favilla.storage.EncodedBlock;
import dev.favilla.task.AccumulatorUpdate;
import dev.favilla.task.Locality;
import dev.favilla.task.TaskOutcome;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60) // a deadlock is to fail, not to hang
class BytesBoundaryTest {

    /** How often a {@link Counted} was read. */
    private static final AtomicInteger READS = new AtomicInteger();

    private final Serializer serializer = new KryoSerializer(List.of());
    private final TaskScope scope =
            new TaskScope(12, "task 12", new UnifiedMemoryManager(32L << 20, 0.5).openTask("task 12"));
    private final BytesBoundary boundary = new BytesBoundary(serializer, null);
    private final Source target = new Source(3, new Counted(0));
    private final Collect action = new Collect(List.of("a"));
    private final LineageBinary binary = LineageBinary.of(target, action, serializer);

    @BeforeEach
    void startCounting() {
        READS.set(0);
    }

    private static TaskSpec spec(TaskWork work) {
        return new TaskSpec(
                9, 1, 2, 0, 1, 2, 0, Locality.ANY, work, InputSnapshot.NONE, Map.of(), Map.of("pool", "production"));
    }

    private TaskWork entered(TaskWork work) throws Exception {
        return boundary.enter(spec(work)).work();
    }

    @Nested
    class Entering {

        @Test
        void aTaskWorksOnCopiesThatAllTasksOfItsStageShare() throws Exception {
            TaskWork.RunAction work = new TaskWork.RunAction(target, action, binary);

            TaskWork.RunAction first = (TaskWork.RunAction) entered(work);
            TaskWork.RunAction second = (TaskWork.RunAction) entered(work);

            assertThat(first.target()).isEqualTo(target).isNotSameAs(target).isSameAs(second.target());
            assertThat(first.action()).isEqualTo(action).isNotSameAs(action).isSameAs(second.action());
            assertThat(READS).hasValue(1);
        }

        @Test
        void allElseOfTheTaskStaysAsItWas() throws Exception {
            TaskSpec before = spec(new TaskWork.RunAction(target, action, binary));

            TaskSpec after = boundary.enter(before);

            assertThat(after.withWork(before.work())).isEqualTo(before);
        }

        @Test
        void anotherExecutorHasACopyOfItsOwn() throws Exception {
            TaskWork.RunAction work = new TaskWork.RunAction(target, action, binary);

            TaskWork.RunAction here = (TaskWork.RunAction) entered(work);
            TaskWork.RunAction there = (TaskWork.RunAction)
                    new BytesBoundary(serializer, null).enter(spec(work)).work();

            assertThat(here.target()).isNotSameAs(there.target());
            assertThat(READS).hasValue(2);
        }

        @Test
        void aMapTaskWritesTheCopyOfItsShuffle() throws Exception {
            ShuffleDependency dependency = new ShuffleDependency(
                    target, new ShuffleSpec(5, new HashPartitioner(2), null), WholeRecords.INSTANCE);

            TaskWork.WriteShuffle work = (TaskWork.WriteShuffle) entered(new TaskWork.WriteShuffle(dependency));

            assertThat(work.dependency()).isNotSameAs(dependency);
            assertThat(work.dependency().shuffleId()).isEqualTo(5);
            assertThat(work.dependency().parent()).isEqualTo(target).isNotSameAs(target);
        }

        @Test
        void stagedResultsAreReadForTheirMerge() throws Exception {
            List<@Nullable Object> staged =
                    Arrays.asList(SerializedValue.of(new ArrayList<>(List.of(1, 2)), serializer), null, "as it is");

            TaskWork.MergeResults work =
                    (TaskWork.MergeResults) entered(new TaskWork.MergeResults(action, staged, binary));

            assertThat(work.staged()).isEqualTo(Arrays.asList(List.of(1, 2), null, "as it is"));
            assertThat(work.action()).isEqualTo(action).isNotSameAs(action);
        }

        @Test
        void slotsThatBeginAtOnceReadOnce() throws InterruptedException {
            int slots = 8;
            CountDownLatch begin = new CountDownLatch(1);
            ConcurrentLinkedQueue<Object> targets = new ConcurrentLinkedQueue<>();
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < slots; i++) {
                Thread thread = new Thread(() -> {
                    try {
                        begin.await();
                        targets.add(((TaskWork.RunAction) entered(new TaskWork.RunAction(target, action, binary)))
                                .target());
                    } catch (Exception e) {
                        targets.add(e);
                    }
                });
                thread.start();
                threads.add(thread);
            }
            begin.countDown();
            for (Thread thread : threads) {
                thread.join();
            }

            assertThat(targets)
                    .hasSize(slots)
                    .allSatisfy(read -> assertThat(read).isSameAs(targets.peek()));
            assertThat(targets.peek()).isInstanceOf(Source.class);
            assertThat(READS).hasValue(1);
        }

        @Test
        void onlyTheLastLineagesAreKept() throws Exception {
            for (int i = 0; i < 40; i++) {
                entered(new TaskWork.RunAction(target, action, LineageBinary.of(target, action, serializer)));
            }
            entered(new TaskWork.RunAction(target, action, binary));
            int before = READS.get();

            entered(new TaskWork.RunAction(target, action, binary));
            assertThat(READS).hasValue(before);
            for (int i = 0; i < 32; i++) {
                entered(new TaskWork.RunAction(target, action, LineageBinary.of(target, action, serializer)));
            }
            entered(new TaskWork.RunAction(target, action, binary));

            assertThat(READS).hasValue(before + 33);
        }

        @Test
        void aLineageThatCannotBeReadFailsEachTryAnew() throws Exception {
            LineageBinary failing = LineageBinary.of(new Source(3, new Counted(3)), action, serializer);
            TaskWork.RunAction work = new TaskWork.RunAction(target, action, failing);

            assertThatExceptionOfType(SerializationException.class)
                    .isThrownBy(() -> entered(work))
                    .withMessageContaining("TestRDD[3]");

            assertThat(((TaskWork.RunAction) entered(work)).target()).isEqualTo(target);
        }

        @Test
        void aTaskWithoutBytesIsABug() {
            assertThatExceptionOfType(IllegalStateException.class)
                    .isThrownBy(() -> entered(new TaskWork.RunAction(target, action, null)))
                    .withMessageContainingAll("collect", "bug");
        }
    }

    @Nested
    class Leaving {

        private final List<Object> result = new ArrayList<>(List.of("x", "y"));

        private TaskOutcome leave(@Nullable Object result, AccumulatorUpdate... updates) {
            return boundary.leave(new TaskOutcome.Success(result, 5, List.of(updates), List.of()), scope);
        }

        @Test
        void aResultIsBytesAndCountedAsSuch() {
            TaskOutcome.Success outcome = (TaskOutcome.Success) leave(result);
            result.add("later");

            SerializedValue encoded = (SerializedValue) outcome.result();
            assertThat(encoded.read(serializer)).isEqualTo(List.of("x", "y"));
            assertThat(outcome.resultBytes()).isEqualTo(encoded.size()).isPositive();
        }

        @Test
        void nothingAndMapOutputsStayAsTheyAre() {
            MapOutput output =
                    new MapOutput(1, 9, new ExecutorId("executor-1", 0), 3, 4, BlockSizes.of(new long[] {1, 2}));

            assertThat(((TaskOutcome.Success) leave(null)).result()).isNull();
            assertThat(((TaskOutcome.Success) leave(output)).result()).isSameAs(output);
            assertThat(((TaskOutcome.Success) leave(output)).resultBytes()).isEqualTo(5);
        }

        @Test
        void whatWasAddedToAccumulatorsIsBytes() {
            TaskOutcome.Success outcome = (TaskOutcome.Success) leave(null, new AccumulatorUpdate(4, result));
            result.add("later");

            assertThat(outcome.updates()).singleElement().satisfies(update -> {
                assertThat(update.accumulatorId()).isEqualTo(4);
                assertThat(SerializedValue.plain(update.partial(), serializer)).isEqualTo(List.of("x", "y"));
            });
        }

        @Test
        void aResultThatCannotBeWrittenIsAFailureThatNamesItsClass() {
            TaskOutcome outcome = leave(List.of("fine", Thread.currentThread()));

            assertThat(outcome).isInstanceOf(TaskOutcome.Failed.class);
            assertThat(((TaskOutcome.Failed) outcome).error().text())
                    .contains("SerializationException", "result", "java.lang.Thread");
        }

        @Test
        void anAdditionThatCannotBeWrittenIsAFailureThatNamesItsAccumulator() {
            TaskOutcome outcome = leave("fine", new AccumulatorUpdate(4, Thread.currentThread()));

            assertThat(((TaskOutcome.Failed) outcome).error().text()).contains("accumulator 4", "java.lang.Thread");
        }

        @Test
        void anErrorIsACopy() {
            IllegalStateException thrown = new IllegalStateException("no");

            TaskOutcome.Failed outcome = (TaskOutcome.Failed) boundary.leave(new TaskOutcome.Failed(thrown), scope);

            assertThat(outcome.error().thrown().orElseThrow())
                    .isNotSameAs(thrown)
                    .hasMessage("no");
        }

        @Test
        void aLargeResultIsWhatTheDriverHasFetched() {
            byte[] large = new byte[BytesBoundary.LARGE_RESULT_BYTES];
            large[77] = 7;
            InMemoryTransfer network = new InMemoryTransfer();
            ExecutorId id = new ExecutorId("executor-1", 0);
            ResultBlocks results = new ResultBlocks(id, network.from(BlockServers.DRIVER));
            BytesBoundary isolated = new BytesBoundary(serializer, results);
            TaskOutcome.Success success = new TaskOutcome.Success(large, 0, List.of(), List.of());

            TaskOutcome lost = isolated.leave(success, scope);
            network.register(id, new ResultsOnly(results));
            TaskOutcome fetched = isolated.leave(success, scope);

            assertThat(((TaskOutcome.Failed) lost).error().text())
                    .contains(
                            "The result of task 12, 1.0 MiB, was lost on its way to the driver: that executor is gone");
            SerializedValue encoded = (SerializedValue) ((TaskOutcome.Success) fetched).result();
            assertThat(encoded).isNotNull();
            assertThat((byte[]) encoded.read(serializer)).isEqualTo(large);
            assertThat(((TaskOutcome.Success) fetched).resultBytes()).isEqualTo(encoded.size());
            assertThat(results.find(12)).as("lies there no longer").isEmpty();
        }

        @Test
        void otherEndsStayAsTheyAre() {
            for (TaskOutcome outcome : List.of(
                    new TaskOutcome.Killed("told to"),
                    new TaskOutcome.FetchFailed(1, 2, 3, "gone"),
                    new TaskOutcome.CommitDenied("another may"))) {
                assertThat(boundary.leave(outcome, scope)).isSameAs(outcome);
            }
        }
    }

    /** Counts its readings; the first few fail. */
    private static final class Counted implements Serializable {

        private static final long serialVersionUID = 1L;

        private final int failures;

        Counted(int failures) {
            this.failures = failures;
        }

        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
            in.defaultReadObject();
            if (READS.incrementAndGet() < failures) {
                throw new IllegalStateException("not yet");
            }
        }
    }

    private record Source(int id, Object payload) implements LineageNode {

        @Override
        public String kind() {
            return "TestRDD";
        }

        @Override
        public CallSite callSite() {
            return new CallSite("source", "BytesBoundaryTest.java:1");
        }

        @Override
        public List<Dependency> dependencies() {
            return List.of();
        }

        @Override
        public int numPartitions() {
            return 2;
        }

        @Override
        public Optional<Partitioner> partitioner() {
            return Optional.empty();
        }

        @Override
        public PartitionPlan plan(int partition) {
            throw new UnsupportedOperationException("nothing runs here");
        }

        @Override
        public boolean equals(Object o) {
            return o instanceof Source other && id == other.id;
        }

        @Override
        public int hashCode() {
            return id;
        }

        @Override
        public String toString() {
            return "TestRDD[" + id + "]";
        }
    }

    private record Collect(List<String> details) implements Action {

        @Override
        public String name() {
            return "collect";
        }

        @Override
        public @Nullable Object run(Cursor input, TaskScope scope) {
            throw new UnsupportedOperationException("nothing runs here");
        }

        @Override
        public @Nullable Object merge(List<@Nullable Object> staged) {
            throw new UnsupportedOperationException("nothing runs here");
        }
    }

    private enum WholeRecords implements EntryExtractor {
        INSTANCE;

        @Override
        public @Nullable Object key(@Nullable Object record) {
            return record;
        }

        @Override
        public @Nullable Object value(@Nullable Object record) {
            return null;
        }
    }

    /** An executor that has nothing else. */
    private record ResultsOnly(ResultBlocks results) implements BlockServer {

        @Override
        public Optional<List<EncodedBlock>> shuffleBlocks(
                int shuffleId, int mapPartition, long attemptId, int reducer) {
            return Optional.empty();
        }

        @Override
        public boolean hasCachedBlock(BlockId id, long inputVersion) {
            return false;
        }

        @Override
        public Optional<EncodedBlock> cachedBlock(BlockId id, long inputVersion) {
            return Optional.empty();
        }

        @Override
        public Optional<EncodedBlock> result(long attemptId) {
            return results.find(attemptId);
        }
    }
}
