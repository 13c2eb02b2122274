package dev.favilla.shuffle.hash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.serializer.KryoSerializer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BytesLaneTest {

    private final BytesLane lane = new BytesLane(new OutputKey(1, 2, 3), 4, new KryoSerializer(List.of()));

    @Test
    void longOutputsBecomeSeveralBlocks() {
        for (int i = 0; i < 3000; i++) {
            lane.add(i, new byte[1024]);
        }

        List<Block> blocks = new ArrayList<>();
        long bytes = lane.moveTo(blocks);

        assertThat(blocks).hasSize(3).allMatch(b -> b.bytes() < 2 << 20);
        assertThat(blocks.stream().mapToInt(Block::records).sum()).isEqualTo(3000);
        assertThat(bytes).isEqualTo(blocks.stream().mapToLong(Block::bytes).sum());
        lane.close();
    }

    @Test
    void closedWithAnOpenStreamItHoldsNothingMore() {
        lane.add("k", "v");
        assertThat(lane.heldBytes()).isPositive();

        lane.close();
        lane.close();

        assertThat(lane.isOpen()).isFalse();
        assertThat(lane.heldBytes()).isZero();
    }
}
