package dev.favilla.shuffle.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.frame.BlockHeader;
import dev.favilla.shuffle.BlockServer;
import dev.favilla.shuffle.BlockSizes;
import dev.favilla.shuffle.BlockTransferException;
import dev.favilla.shuffle.MapOutput;
import dev.favilla.storage.BlockId;
import dev.favilla.storage.EncodedBlock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class InMemoryTransferTest {

    private static final ExecutorId A = new ExecutorId("a", 1);
    private static final ExecutorId B = new ExecutorId("b", 2);
    private static final ExecutorId C = new ExecutorId("c", 3);
    private static final BlockId CACHED = new BlockId(4, 0);

    private final InMemoryTransfer transfer = new InMemoryTransfer();
    private final List<ExecutorId> asked = new ArrayList<>();

    /** Has the output of attempt 7, and the cached block if told so. */
    private final class Server implements BlockServer {
        private final ExecutorId id;
        private final boolean hasCached;

        Server(ExecutorId id, boolean hasCached) {
            this.id = id;
            this.hasCached = hasCached;
        }

        private EncodedBlock block(String name) {
            return new EncodedBlock(new BlockHeader(name + " of " + id, 7, 0, 1), new byte[0]);
        }

        @Override
        public Optional<List<EncodedBlock>> shuffleBlocks(
                int shuffleId, int mapPartition, long attemptId, int reducer) {
            asked.add(id);
            return attemptId == 7
                    ? Optional.of(List.of(block("shuffle_" + shuffleId + "_" + mapPartition + "_" + reducer)))
                    : Optional.empty();
        }

        @Override
        public boolean hasCachedBlock(BlockId block, long inputVersion) {
            asked.add(id);
            return hasCached;
        }

        @Override
        public Optional<EncodedBlock> cachedBlock(BlockId block, long inputVersion) {
            return hasCached ? Optional.of(block(block + " with " + inputVersion)) : Optional.empty();
        }
    }

    private static MapOutput output(ExecutorId executor, long attempt) {
        return new MapOutput(5, attempt, executor, 1, 0, BlockSizes.of(new long[] {1}));
    }

    @Test
    void asksTheExecutorWhereTheOutputLies() throws Exception {
        transfer.register(A, new Server(A, false));
        transfer.register(B, new Server(B, false));

        List<EncodedBlock> blocks = transfer.from(A).fetch(3, 1, output(B, 7));

        assertThat(blocks).extracting(block -> block.header().blockId()).containsExactly("shuffle_3_5_1 of b#2");
        assertThat(asked).containsExactly(B);
    }

    @Test
    void saysWhetherTheExecutorIsGoneOrOnlyTheOutput() {
        transfer.register(B, new Server(B, false));

        assertThatThrownBy(() -> transfer.from(A).fetch(3, 1, output(B, 8)))
                .isInstanceOf(BlockTransferException.class)
                .hasMessage("it was dropped there");
        transfer.unregister(B);
        transfer.unregister(B);
        assertThatThrownBy(() -> transfer.from(A).fetch(3, 1, output(B, 7)))
                .isInstanceOf(BlockTransferException.class)
                .hasMessage("that executor is gone");
    }

    @Test
    void anotherIncarnationIsAnotherExecutor() {
        transfer.register(new ExecutorId("b", 9), new Server(B, false));

        assertThatThrownBy(() -> transfer.from(A).fetch(3, 1, output(B, 7))).hasMessage("that executor is gone");
    }

    @Test
    void cachedBlocksAreLookedForInTheOrderOfRegistrationAndNeverAtHome() {
        transfer.register(A, new Server(A, true));
        transfer.register(C, new Server(C, false));
        transfer.register(B, new Server(B, true));

        assertThat(transfer.from(A).fetch(CACHED, 6))
                .map(block -> block.header().blockId())
                .contains("rdd_4_0 with 6 of b#2");

        assertThat(asked).containsExactly(C, B);
    }

    @Test
    void aCachedBlockThatNobodyHasIsNotFound() {
        transfer.register(A, new Server(A, true));
        transfer.register(B, new Server(B, false));

        assertThat(transfer.from(A).fetch(CACHED, 6)).isEmpty();
    }

    @Test
    void nobodyFetchesMapOutputsFromHimself() {
        transfer.register(A, new Server(A, true));

        assertThatThrownBy(() -> transfer.from(A).fetch(3, 1, output(A, 7)))
                .isInstanceOf(BlockTransferException.class)
                .hasMessageContaining("a#1 itself");
        assertThat(asked).isEmpty();
    }

    @Test
    void anExecutorIsRegisteredOnce() {
        transfer.register(A, new Server(A, false));

        assertThatThrownBy(() -> transfer.register(A, new Server(A, false)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("a#1 is registered already");
    }
}
