package dev.favilla.lineage;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LineageTest {

    private final TestLineage lineage = new TestLineage();
    private final LineageNode source = lineage.source(1);
    private final LineageNode left = lineage.map(source, x -> x);
    private final LineageNode right = lineage.map(source, x -> x);
    private final LineageNode both =
            lineage.read(1, List.of(new NarrowDependency(left), new NarrowDependency(right)), p -> inputs -> null);

    @Test
    void eachDatasetComesOnceAndAfterAChild() {
        assertThat(Lineage.walk(both, dependency -> true)).containsExactly(both, right, source, left);
    }

    @Test
    void parentsCanComeFirst() {
        assertThat(Lineage.parentsFirst(both, dependency -> true)).containsExactly(source, left, right, both);
    }

    @Test
    void whatIsNotFollowedIsNotReached() {
        assertThat(Lineage.walk(both, dependency -> dependency.parent() != source))
                .containsExactlyInAnyOrder(both, left, right);
    }

    @Test
    void whoHasSeenEnoughMayStop() {
        List<Dependency> asked = new ArrayList<>();

        LineageNode first = Lineage.walk(both, asked::add).iterator().next();

        assertThat(first).isSameAs(both);
        assertThat(asked).isEqualTo(both.dependencies());
    }

    @Test
    void aHundredThousandStepsOverflowNothing() {
        LineageNode node = source;
        for (int i = 0; i < 100_000; i++) {
            node = lineage.map(node, x -> x);
        }

        assertThat(Lineage.parentsFirst(node, dependency -> true)).hasSize(100_001);
    }
}
