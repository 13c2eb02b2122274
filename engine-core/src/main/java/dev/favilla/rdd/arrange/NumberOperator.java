package dev.favilla.rdd.arrange;

import dev.favilla.lineage.DatasetPartition;
import dev.favilla.lineage.Operator;
import dev.favilla.lineage.Sink;
import dev.favilla.lineage.TaskInputs;
import dev.favilla.rdd.EntryBuilder;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * Each record gets a number.
 *
 * @param numbers which numbers the records of a partition get
 * @param pairs puts record and number together
 */
public record NumberOperator(Numbers numbers, EntryBuilder pairs) implements Operator.Push {

    /** An arithmetic progression for each partition. */
    public sealed interface Numbers extends Serializable {

        /** Returns the number of the first record. */
        long first(DatasetPartition partition);

        /** Returns by how much each number is larger than the one before. */
        long step(DatasetPartition partition);
    }

    /**
     * One partition goes on where the one before ended.
     *
     * @param first the number of the first record
     */
    public record Consecutive(long first) implements Numbers {

        @Override
        public long first(DatasetPartition partition) {
            return first;
        }

        @Override
        public long step(DatasetPartition partition) {
            return 1;
        }
    }

    /** Item {@code j} of partition {@code k} of {@code n} gets {@code j * n + k}. */
    public record Interleaved() implements Numbers {

        @Override
        public long first(DatasetPartition partition) {
            return partition.number();
        }

        @Override
        public long step(DatasetPartition partition) {
            return partition.dataset().numPartitions();
        }
    }

    @Override
    public String name() {
        return "number";
    }

    @Override
    public boolean multiplies() {
        return false;
    }

    @Override
    public Sink over(DatasetPartition result, Sink downstream, TaskInputs inputs) {
        long step = numbers.step(result);
        long first = numbers.first(result);
        return new Sink() {
            private long next = first;

            @Override
            public boolean push(@Nullable Object record) throws Exception {
                long number = next;
                next += step;
                return downstream.push(pairs.record(record, number));
            }

            @Override
            public void end() throws Exception {
                downstream.end();
            }
        };
    }
}
