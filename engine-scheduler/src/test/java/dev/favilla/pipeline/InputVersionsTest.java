package dev.favilla.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.NarrowDependency;
import dev.favilla.lineage.TestLineage;
import dev.favilla.scheduler.InputSnapshot;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class InputVersionsTest {

    private final TestLineage lineage = new TestLineage();
    private final InputVersions inputVersions = new InputVersions();

    private final LineageNode source = lineage.source(Map.entry("a", 1));
    private final LineageNode left = lineage.shuffle(source, 1, null); // shuffle 0
    private final LineageNode right = lineage.shuffle(source, 1, null); // shuffle 1
    private final LineageNode both = lineage.read(
            1,
            List.of(new NarrowDependency(right), new NarrowDependency(left)),
            partition -> inputs -> inputs.open(left, 0));

    @Test
    void withoutShufflesItIsAlwaysTheSame() {
        assertThat(inputVersions.of(source, reads(Map.of()))).isEqualTo(inputVersions.of(source, reads(Map.of(0, 5L))));
    }

    private static InputSnapshot reads(Map<Integer, Long> generations) {
        return new InputSnapshot(Map.of(), generations, Map.of());
    }

    @Test
    void aChangedDatasetBelowGivesAnother() {
        LineageNode above = lineage.map(left, entry -> entry);
        LineageNode top = lineage.map(above, entry -> entry);
        InputSnapshot unchanged = new InputSnapshot(Map.of(), Map.of(0, 3L), Map.of(above.id(), 0L, top.id(), 0L));
        InputSnapshot changed = new InputSnapshot(Map.of(), Map.of(0, 3L), Map.of(above.id(), 7L, top.id(), 0L));

        assertThat(inputVersions.of(top, changed)).isNotEqualTo(inputVersions.of(top, unchanged));
        assertThat(inputVersions.of(above, changed))
                .isEqualTo(inputVersions.of(above, unchanged)); // its own partitions are kept
        assertThat(inputVersions.of(left, changed)).isEqualTo(inputVersions.of(left, unchanged));
    }

    @Test
    void everyGenerationOfEveryShuffleGivesAnother() {
        List<Long> seen = List.of(
                inputVersions.of(both, reads(Map.of(0, 0L, 1, 0L))),
                inputVersions.of(both, reads(Map.of(0, 1L, 1, 0L))),
                inputVersions.of(both, reads(Map.of(0, 0L, 1, 1L))),
                inputVersions.of(both, reads(Map.of(0, 1L, 1, 1L))),
                inputVersions.of(left, reads(Map.of(0, 0L))),
                inputVersions.of(right, reads(Map.of(1, 0L))));

        assertThat(seen).doesNotHaveDuplicates();
    }

    @Test
    void onlyTheShufflesOfTheDatasetCount() {
        assertThat(inputVersions.of(left, reads(Map.of(0, 3L, 1, 8L))))
                .isEqualTo(inputVersions.of(left, reads(Map.of(0, 3L, 1, 9L))));
    }

    @Test
    void nothingIsLookedForBeyondAShuffle() {
        LineageNode above = lineage.shuffle(lineage.map(left, entry -> entry), 1, null); // shuffle 2 reads shuffle 0

        assertThat(inputVersions.of(above, reads(Map.of(0, 1L, 2, 4L))))
                .isEqualTo(inputVersions.of(above, reads(Map.of(0, 2L, 2, 4L))));
    }

    @Test
    void aWalkThatWasDoneBeforeGivesTheSame() {
        Map<Integer, Long> generations = Map.of(0, 3L, 1, 4L);
        LineageNode above = lineage.map(both, entry -> entry);
        long first = inputVersions.of(both, reads(generations));

        assertThat(inputVersions.of(above, reads(generations))).isEqualTo(first);
        assertThat(new InputVersions().of(above, reads(generations))).isEqualTo(first);
    }

    @Test
    void aLongLineageOverflowsNothing() {
        LineageNode node = left;
        for (int i = 0; i < 100_000; i++) {
            node = lineage.map(node, entry -> entry);
        }

        assertThat(inputVersions.of(node, reads(Map.of(0, 3L))))
                .isEqualTo(inputVersions.of(left, reads(Map.of(0, 3L))));
    }

    @Test
    void aDatasetReachedInManyWaysIsVisitedOnce() {
        LineageNode node = left;
        for (int i = 0; i < 60; i++) {
            LineageNode parent = node;
            node = lineage.read(
                    1,
                    List.of(new NarrowDependency(parent), new NarrowDependency(parent)),
                    partition -> inputs -> inputs.open(parent, 0));
        }

        assertThat(inputVersions.of(node, reads(Map.of(0, 3L))))
                .isEqualTo(inputVersions.of(left, reads(Map.of(0, 3L))));
    }
}
