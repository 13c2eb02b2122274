package dev.favilla.shuffle.hash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.frame.BlockHeader;
import dev.favilla.memory.MemoryAccount;
import dev.favilla.memory.MemoryManager;
import dev.favilla.memory.UnifiedMemoryManager;
import dev.favilla.shuffle.BlockSizes;
import dev.favilla.shuffle.BlockTransfer;
import dev.favilla.shuffle.BlockTransferException;
import dev.favilla.shuffle.MapOutput;
import dev.favilla.storage.BlockId;
import dev.favilla.storage.EncodedBlock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RemoteOutputsTest {

    private static final ExecutorId A = new ExecutorId("a", 1);
    private static final ExecutorId B = new ExecutorId("b", 2);
    private static final int FRAME_BYTES = 1000;
    private static final long POOL = 32L << 20;

    private final MemoryManager memory = new UnifiedMemoryManager(POOL, 0.5);
    private final MemoryAccount account = memory.openTask("task 1");
    private final Transfer transfer = new Transfer();
    private final RemoteOutputs remote = new RemoteOutputs(transfer, 3, 0, account);

    /** Gives all that is asked for at once, but for what is missing. */
    private static final class Transfer implements BlockTransfer {

        private final List<String> asked = new ArrayList<>();
        private final Set<Integer> missing = new HashSet<>();

        /** What is on its way and was neither waited for nor dropped. */
        private final List<String> underWay = new ArrayList<>();

        private boolean begins;

        @Override
        public Optional<Begun> begin(int shuffleId, int reducer, List<MapOutput> outputs) {
            if (!begins) {
                return Optional.empty();
            }
            String what = outputs.stream().map(MapOutput::mapPartition).toList() + " of "
                    + outputs.get(0).executor();
            underWay.add(what);
            return Optional.of(new Begun() {

                @Override
                public List<Optional<List<EncodedBlock>>> await() {
                    underWay.remove(what);
                    return fetch(shuffleId, reducer, outputs);
                }

                @Override
                public void close() {
                    underWay.remove(what);
                }
            });
        }

        @Override
        public List<EncodedBlock> fetch(int shuffleId, int reducer, MapOutput output, int from) {
            throw new AssertionError("outputs are asked for together");
        }

        @Override
        public List<Optional<List<EncodedBlock>>> fetch(int shuffleId, int reducer, List<MapOutput> outputs) {
            asked.add(outputs.stream().map(MapOutput::mapPartition).toList() + " of "
                    + outputs.get(0).executor());
            return outputs.stream().map(this::blocks).toList();
        }

        private Optional<List<EncodedBlock>> blocks(MapOutput output) {
            String name = "shuffle_3_" + output.mapPartition() + "_0";
            return missing.contains(output.mapPartition())
                    ? Optional.empty()
                    : Optional.of(List.of(
                            new EncodedBlock(new BlockHeader(name, output.attemptId(), 0, 1), new byte[FRAME_BYTES])));
        }

        @Override
        public Optional<EncodedBlock> fetch(BlockId id, long inputVersion) {
            return Optional.empty();
        }
    }

    @AfterEach
    void close() {
        remote.close();
        remote.close();
        assertThat(transfer.underWay).isEmpty();
        assertThat(account.reservedBytes()).isZero();
        account.close();
    }

    private MapOutput add(int map, ExecutorId executor, long bytes) {
        MapOutput output = new MapOutput(map, map, executor, 1, 0, BlockSizes.of(new long[] {bytes}));
        remote.add(output);
        return output;
    }

    @Test
    void smallOutputsOfOneExecutorComeTogetherInTheirTurn() throws Exception {
        List<MapOutput> outputs = new ArrayList<>();
        for (int map = 0; map < 6; map++) {
            outputs.add(add(map, map % 2 == 0 ? A : B, 10_000));
        }

        for (MapOutput output : outputs) {
            assertThat(remote.fetch(output).get(0).header().blockId())
                    .isEqualTo("shuffle_3_" + output.mapPartition() + "_0");
        }

        assertThat(transfer.asked).containsExactly("[0, 2, 4] of a#1", "[1, 3, 5] of b#2");
        assertThat(account.reservedBytes()).isZero();
    }

    @Test
    void whatWaitsForItsTurnIsPaidFor() throws Exception {
        MapOutput first = add(0, A, 10);
        MapOutput second = add(1, A, 10);
        add(2, A, 10);

        remote.fetch(first);
        assertThat(account.reservedBytes()).isEqualTo(2 * FRAME_BYTES);

        remote.fetch(second);
        assertThat(account.reservedBytes()).isEqualTo(FRAME_BYTES);
    }

    @Test
    void largeOutputsComeOneByOne() throws Exception {
        List<MapOutput> outputs = List.of(add(0, A, 1 << 20), add(1, A, 200_000), add(2, A, 200_000), add(3, A, 10));

        for (MapOutput output : outputs) {
            remote.fetch(output);
        }

        assertThat(transfer.asked).containsExactly("[0] of a#1", "[1] of a#1", "[2, 3] of a#1");
    }

    @Test
    void whatDidNotComeWithTheOthersIsAskedForAloneAndOneThatCameDamagedToo() throws Exception {
        List<MapOutput> outputs = List.of(add(0, A, 10), add(1, A, 10), add(2, A, 10));
        transfer.missing.add(1);

        remote.fetch(outputs.get(0));
        assertThatThrownBy(() -> remote.fetch(outputs.get(1)))
                .isInstanceOf(BlockTransferException.class)
                .hasMessage("it was dropped there");
        remote.fetch(outputs.get(2));
        remote.fetch(outputs.get(2));

        assertThat(transfer.asked).containsExactly("[0, 1, 2] of a#1", "[1] of a#1", "[2] of a#1");
    }

    @Test
    void whatCannotBePaidForIsFetchedAgain() throws Exception {
        MapOutput first = add(0, A, 10);
        MapOutput second = add(1, A, 10);
        long all = account.reserve(POOL);

        remote.fetch(first);
        account.release(all);

        assertThat(remote.fetch(second)).hasSize(1);
        assertThat(transfer.asked).containsExactly("[0, 1] of a#1", "[1] of a#1");
    }

    @Test
    void whileOneIsReadSmallOutputsOfOthersAreOnTheirWayAndPaidFor() throws Exception {
        transfer.begins = true;
        List<MapOutput> outputs = List.of(
                add(0, A, 100_000), add(1, B, 100_000), add(2, A, 100_000), add(3, A, 100_000), add(4, B, 1 << 20));
        long paid = 2 * outputs.get(0).sizes().estimate(0);

        remote.fetch(outputs.get(0));
        assertThat(transfer.underWay).containsExactly("[1] of b#2");
        assertThat(account.reservedBytes()).isEqualTo(paid / 2 + FRAME_BYTES);

        remote.fetch(outputs.get(1));
        assertThat(transfer.underWay).containsExactly("[3] of a#1");

        for (MapOutput output : outputs.subList(2, 5)) {
            assertThat(remote.fetch(output).get(0).header().blockId())
                    .isEqualTo("shuffle_3_" + output.mapPartition() + "_0");
        }
        assertThat(transfer.asked).containsExactly("[0, 2] of a#1", "[1] of b#2", "[3] of a#1", "[4] of b#2");
        assertThat(account.reservedBytes()).isZero();
    }

    @Test
    void whatIsOnItsWayWhenTheReaderEndsIsDropped() throws Exception {
        transfer.begins = true;
        MapOutput first = add(0, A, 10);
        add(1, B, 10);

        remote.fetch(first);

        assertThat(transfer.underWay).containsExactly("[1] of b#2"); // and none when it is closed
    }

    @Test
    void nothingTravelsBeforeItsTurnThatCannotBePaidFor() throws Exception {
        transfer.begins = true;
        MapOutput first = add(0, A, 10);
        add(1, B, 10);
        long all = account.reserve(POOL);

        remote.fetch(first);

        assertThat(transfer.underWay).isEmpty();
        assertThat(transfer.asked).containsExactly("[0] of a#1");
        account.release(all);
    }
}
