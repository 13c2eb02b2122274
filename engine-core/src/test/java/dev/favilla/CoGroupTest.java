package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.favilla.shuffle.HashPartitioner;
import dev.favilla.testing.InEveryMode;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

@InEveryMode
class CoGroupTest {

    @AutoClose
    private final EngineContext engine = Engines.open("local[2]");

    private <K, V> PairRDD<K, V> pairs(int partitions, List<Pair<K, V>> pairs) {
        return engine.parallelizePairs(pairs, partitions);
    }

    private final PairRDD<Integer, String> first = pairs(2, List.of(Pair.of(2, "a"), Pair.of(1, "b"), Pair.of(2, "c")));
    private final PairRDD<Integer, Integer> second = pairs(3, List.of(Pair.of(3, 30), Pair.of(1, 10), Pair.of(3, 31)));
    private final PairRDD<Integer, Double> third = pairs(1, List.of(Pair.of(4, 0.5), Pair.of(1, null)));
    private final PairRDD<Integer, Long> fourth = pairs(1, List.of(Pair.of(null, 7L)));

    @Test
    void eachKeyComesOnceInTheOrderOfFirstSight() {
        assertThat(first.cogroup(second, 1).collect())
                .containsExactly(
                        Pair.of(2, new Grouped2<>(List.of("a", "c"), List.<Integer>of())),
                        Pair.of(1, new Grouped2<>(List.of("b"), List.of(10))),
                        Pair.of(3, new Grouped2<>(List.<String>of(), List.of(30, 31))));
    }

    @Test
    void threeAndFourDatasetsAreGroupedAlike() {
        assertThat(first.cogroup(second, third, 1).collect().get(1).value())
                .hasToString("Grouped3[first=[b], second=[10], third=[null]]");
        List<Pair<Integer, Grouped4<String, Integer, Double, Long>>> groups =
                first.cogroup(second, third, fourth, 1).collect();
        assertThat(groups.stream().map(Pair::key)).containsExactly(2, 1, 3, 4, null);
        assertThat(groups.get(4).value()).hasToString("Grouped4[first=[], second=[], third=[], fourth=[7]]");
        assertThat(first.groupWith(second).collect())
                .containsExactlyInAnyOrderElementsOf(first.cogroup(second).collect());
        assertThat(first.groupWith(second, third).count()).isEqualTo(4);
        assertThat(first.groupWith(second, third, fourth).count()).isEqualTo(5);
    }

    @Test
    void inputsThatLieAlikeAreNotShuffledAgain() {
        HashPartitioner three = new HashPartitioner(3);
        PairRDD<Integer, String> placed = first.partitionBy(three);

        PairRDD<Integer, Grouped2<String, Integer>> groups = placed.cogroup(second.partitionBy(three));

        assertThat(Engines.shufflesOf(groups)).isEqualTo(2);
        assertThat(groups.partitioner()).contains(three);
        assertThat(groups.count()).isEqualTo(3);
        assertThat(Engines.shufflesOf(second.cogroup(placed, three))).isEqualTo(2);
        assertThat(second.cogroup(placed, three).collect()).hasSize(3);
        assertThat(placed.cogroup(placed).filter(group -> group.key() == 2).collect())
                .containsExactly(Pair.of(2, new Grouped2<>(List.of("a", "c"), List.of("a", "c"))));
    }

    @Test
    void emptyInputsAreFine() {
        PairRDD<Integer, String> empty = pairs(2, List.<Pair<Integer, String>>of());

        assertThat(empty.cogroup(second, 2).count()).isEqualTo(2);
        assertThat(second.cogroup(empty, 2).count()).isEqualTo(2);
        assertThat(empty.cogroup(empty).collect()).isEmpty();
    }

    @Test
    void datasetsOfOtherContextsAreRefused() {
        try (EngineContext other = Engines.open("local")) {
            PairRDD<Integer, Integer> foreign = other.parallelizePairs(List.of(Pair.of(1, 1)), 1);

            assertThatIllegalArgumentException()
                    .isThrownBy(() -> first.cogroup(second, foreign))
                    .withMessageContaining("belongs to another context");
        }
    }

    @Test
    void groupsCanBeShuffledOn() {
        PairRDD<Integer, Grouped2<String, Integer>> groups = first.cogroup(second, 2);

        assertThat(groups.mapToPair(group -> Pair.of(0, group))
                        .partitionBy(new HashPartitioner(2))
                        .values()
                        .collect())
                .containsExactlyInAnyOrderElementsOf(groups.collect());
    }
}
