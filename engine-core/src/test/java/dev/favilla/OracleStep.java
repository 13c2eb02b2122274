package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.shuffle.Partitioner;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * One step of an {@link OraclePipeline}.
 *
 * @param name what it does, for those who read of a failure
 * @param inEngine what it is in the engine
 * @param overLists what it is over plain lists
 * @param promise what is true of its result besides its records
 */
record OracleStep(String name, InEngine inEngine, OverLists overLists, Promise promise) {

    @Override
    public String toString() {
        return name;
    }

    /** What a step is in the engine. */
    @FunctionalInterface
    interface InEngine {

        /** @param side another dataset, for operations of two */
        PairRDD<Token, Token> apply(PairRDD<Token, Token> dataset, PairRDD<Token, Token> side);
    }

    /** What a step is over plain lists. */
    @FunctionalInterface
    interface OverLists {

        List<Pair<Long, Long>> apply(List<Pair<Long, Long>> records, List<Pair<Long, Long>> side);
    }

    /** What is true of the partitions of a result, which the records alone do not tell. */
    @FunctionalInterface
    interface Promise {

        Promise NONE = (step, before, after) -> {};

        /** Records go through one by one: partition for partition, and in their order. */
        Promise EACH_PARTITION = (step, before, after) -> {
            List<List<Pair<Long, Long>>> expected = new ArrayList<>();
            before.forEach(partition -> expected.add(step.overLists().apply(partition, List.of())));
            assertThat(after).as("partitions of %s", step).isEqualTo(expected);
        };

        void check(OracleStep step, List<List<Pair<Long, Long>>> before, List<List<Pair<Long, Long>>> after);

        /** Each key is where the partitioner puts it. */
        static Promise placed(Partitioner partitioner) {
            return (step, before, after) -> {
                assertThat(after).as("partitions of %s", step).hasSize(partitioner.numPartitions());
                for (int i = 0; i < after.size(); i++) {
                    for (Pair<Long, Long> record : after.get(i)) {
                        assertThat(partitioner.partition(Token.of(record.key())))
                                .as("%s after %s", record, step)
                                .isEqualTo(i);
                    }
                }
            };
        }

        /** Sorted through all partitions; what is equal as it lay before. */
        static Promise sorted(Comparator<Pair<Long, Long>> order) {
            return (step, before, after) -> assertThat(PlainLists.flat(after))
                    .as("order of %s", step)
                    .isEqualTo(PlainLists.sorted(step.overLists().apply(PlainLists.flat(before), List.of()), order));
        }

        /** Placed, and sorted within each partition; what is equal as it lay before. */
        static Promise sortedWithin(Partitioner partitioner, Comparator<Pair<Long, Long>> order) {
            return (step, before, after) -> {
                placed(partitioner).check(step, before, after);
                List<List<Pair<Long, Long>>> expected = new ArrayList<>();
                after.forEach(partition -> expected.add(new ArrayList<>()));
                PlainLists.sorted(PlainLists.flat(before), order)
                        .forEach(record -> expected.get(partitioner.partition(Token.of(record.key())))
                                .add(record));
                assertThat(after).as("order of %s", step).isEqualTo(expected);
            };
        }
    }
}
