package dev.favilla.scheduler.dag;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.favilla.lineage.ShuffleDependency;
import dev.favilla.scheduler.StageGraph;
import dev.favilla.scheduler.StageGraph.Region;
import dev.favilla.scheduler.StageGraph.StagePlan;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class StageGraphTest {

    private static StageGraph graph(SimNode target, Integer... persisted) {
        List<Integer> partitions =
                IntStream.range(0, target.numPartitions()).boxed().toList();
        return StageGraph.of(target, partitions, Set.of(persisted));
    }

    @Test
    void narrowStepsStayInOneStage() {
        SimNode target = SimNode.narrow(2, SimNode.narrow(1, SimNode.source(0, 3)));

        StageGraph graph = graph(target);

        assertThat(graph.stages()).hasSize(1);
        assertThat(graph.result().output()).isEmpty();
        assertThat(graph.result().tasks()).isEqualTo(3);
        assertThat(graph.result().rddIds()).containsExactly(0, 1, 2);
        assertThat(graph.result().regions()).containsExactly(new Region(2, 3, List.of(), List.of()));
    }

    @Test
    void theResultStageHasATaskForEachPartitionAskedFor() {
        StageGraph graph = StageGraph.of(SimNode.source(0, 5), List.of(4, 1), Set.of());

        assertThat(graph.result().tasks()).isEqualTo(2);
    }

    @Test
    void parentsComeBeforeChildrenAndTheResultLast() {
        SimNode source = SimNode.source(0, 2);
        SimNode young = SimNode.shuffled(1, 3, SimNode.shuffle(9, source, 3)); // a high shuffle id, but lower down
        SimNode target = SimNode.shuffled(3, 1, SimNode.shuffle(4, SimNode.narrow(2, young), 1));

        StageGraph graph = graph(target);

        assertThat(graph.stages().stream()
                        .map(stage ->
                                stage.output().map(ShuffleDependency::shuffleId).orElse(-1)))
                .containsExactly(9, 4, -1);
        assertThat(graph.stages().get(1).parentShuffles()).containsExactly(9);
    }

    @Test
    void aShuffleReadTwiceIsOneStage() {
        ShuffleDependency shuffle = SimNode.shuffle(0, SimNode.source(0, 2), 3);
        SimNode target = SimNode.union(3, SimNode.shuffled(1, 3, shuffle), SimNode.shuffled(2, 3, shuffle));

        assertThat(graph(target).stages()).hasSize(2);
    }

    @Test
    void aParentNotOlderThanItsChildIsRefused() {
        SimNode wrong = SimNode.narrow(1, SimNode.source(1, 1));

        assertThatThrownBy(() -> graph(wrong))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("parent 1 of 1");
    }

    @Nested
    class Regions {

        @Test
        void areCutAtPersistedDatasets() {
            SimNode below = SimNode.shuffled(1, 4, SimNode.shuffle(0, SimNode.source(0, 2), 4));
            SimNode cached = SimNode.narrow(2, below);
            SimNode other = SimNode.shuffled(4, 4, SimNode.shuffle(1, SimNode.source(3, 2), 4));
            SimNode target = SimNode.narrow(5, cached, other);

            StagePlan result = graph(target, 2).result();

            assertThat(result.regions())
                    .containsExactly(new Region(5, 4, List.of(1), List.of(2)), new Region(2, 4, List.of(0), List.of()));
            assertThat(result.parentShuffles()).containsExactly(0, 1);
        }

        @Test
        void ofAPersistedTargetIsItsOwn() {
            SimNode target = SimNode.shuffled(1, 4, SimNode.shuffle(0, SimNode.source(0, 2), 4));

            assertThat(graph(target, 1).result().regions()).containsExactly(new Region(1, 4, List.of(0), List.of()));
        }

        @Test
        void comeBeforeThoseBelowThem() {
            SimNode lowest = SimNode.shuffled(1, 2, SimNode.shuffle(0, SimNode.source(0, 2), 2));
            SimNode middle = SimNode.narrow(2, lowest);
            SimNode target = SimNode.narrow(4, middle, SimNode.narrow(3, lowest));

            assertThat(graph(target, 1, 2, 3).result().regions())
                    .containsExactly(
                            new Region(4, 2, List.of(), List.of(3, 2)),
                            new Region(3, 2, List.of(), List.of(1)),
                            new Region(2, 2, List.of(), List.of(1)),
                            new Region(1, 2, List.of(0), List.of()));
        }
    }

    @Nested
    class Size {

        @Test
        void aLineOfManyNarrowStepsIsOnePass() {
            SimNode node = SimNode.source(0, 1);
            for (int id = 1; id <= 100_000; id++) {
                node = SimNode.narrow(id, node);
            }

            assertThat(graph(node).result().rddIds()).hasSize(100_001);
        }

        @Test
        void aLineOfManyShufflesIsOnePass() {
            SimNode node = SimNode.source(0, 1);
            for (int id = 1; id <= 2_000; id++) {
                node = SimNode.shuffled(id, 1, SimNode.shuffle(id, node, 1));
            }

            assertThat(graph(node).stages()).hasSize(2_001);
        }

        @Test
        void diamondsAreNotWalkedTwice() {
            SimNode zipped = SimNode.source(0, 1);
            for (int id = 1; id <= 30; id++) {
                zipped = SimNode.narrow(id, zipped, zipped);
            }
            SimNode shuffled = zipped;
            for (int level = 0; level < 30; level++) {
                int id = 31 + 2 * level;
                SimNode next = SimNode.shuffled(
                        id, 1, SimNode.shuffle(2 * level, shuffled, 1), SimNode.shuffle(2 * level + 1, shuffled, 1));
                shuffled = SimNode.narrow(id + 1, next, next);
            }

            assertThat(graph(shuffled).stages()).hasSize(61);
        }

        @Test
        void nestedPersistedDatasetsAreNotWalkedTwice() {
            SimNode node = SimNode.source(0, 1);
            Integer[] persisted = new Integer[1_000];
            for (int id = 1; id <= 1_000; id++) {
                node = SimNode.narrow(id, node, node);
                persisted[id - 1] = id;
            }

            assertThat(graph(node, persisted).result().regions()).hasSize(1_000);
        }
    }
}
