package dev.favilla.scheduler.executor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.NarrowDependency;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BlockStampsTest {

    private final Lineage lineage = new Lineage();
    private final BlockStamps stamps = new BlockStamps();

    private final LineageNode source = lineage.source(Map.entry("a", 1));
    private final LineageNode left = lineage.shuffle(source, 1, null); // shuffle 0
    private final LineageNode right = lineage.shuffle(source, 1, null); // shuffle 1
    private final LineageNode both = lineage.read(
            1,
            List.of(new NarrowDependency(right), new NarrowDependency(left)),
            partition -> inputs -> inputs.open(left, 0));

    @Test
    void withoutShufflesItIsAlwaysTheSame() {
        assertThat(stamps.of(source, Map.of())).isEqualTo(stamps.of(source, Map.of(0, 5L)));
    }

    @Test
    void everyGenerationOfEveryShuffleGivesAnother() {
        List<Long> seen = List.of(
                stamps.of(both, Map.of(0, 0L, 1, 0L)),
                stamps.of(both, Map.of(0, 1L, 1, 0L)),
                stamps.of(both, Map.of(0, 0L, 1, 1L)),
                stamps.of(both, Map.of(0, 1L, 1, 1L)),
                stamps.of(left, Map.of(0, 0L)),
                stamps.of(right, Map.of(1, 0L)));

        assertThat(seen).doesNotHaveDuplicates();
    }

    @Test
    void onlyTheShufflesOfTheDatasetCount() {
        assertThat(stamps.of(left, Map.of(0, 3L, 1, 8L))).isEqualTo(stamps.of(left, Map.of(0, 3L, 1, 9L)));
    }

    @Test
    void nothingIsLookedForBeyondAShuffle() {
        LineageNode above = lineage.shuffle(lineage.map(left, entry -> entry), 1, null); // shuffle 2 reads shuffle 0

        assertThat(stamps.of(above, Map.of(0, 1L, 2, 4L))).isEqualTo(stamps.of(above, Map.of(0, 2L, 2, 4L)));
    }

    @Test
    void aWalkThatWasDoneBeforeGivesTheSame() {
        Map<Integer, Long> generations = Map.of(0, 3L, 1, 4L);
        LineageNode above = lineage.map(both, entry -> entry);
        long first = stamps.of(both, generations);

        assertThat(stamps.of(above, generations)).isEqualTo(first);
        assertThat(new BlockStamps().of(above, generations)).isEqualTo(first);
    }

    @Test
    void aLongLineageOverflowsNothing() {
        LineageNode node = left;
        for (int i = 0; i < 100_000; i++) {
            node = lineage.map(node, entry -> entry);
        }

        assertThat(stamps.of(node, Map.of(0, 3L))).isEqualTo(stamps.of(left, Map.of(0, 3L)));
    }

    @Test
    void aDatasetReachedInManyWaysIsVisitedOnce() { // behaviour 172
        LineageNode node = left;
        for (int i = 0; i < 60; i++) {
            LineageNode parent = node;
            node = lineage.read(
                    1,
                    List.of(new NarrowDependency(parent), new NarrowDependency(parent)),
                    partition -> inputs -> inputs.open(parent, 0));
        }

        assertThat(stamps.of(node, Map.of(0, 3L))).isEqualTo(stamps.of(left, Map.of(0, 3L)));
    }
}
