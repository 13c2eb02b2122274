package dev.favilla.rdd;

import dev.favilla.lineage.DatasetPartition;
import dev.favilla.lineage.Operator;
import dev.favilla.lineage.Sink;
import dev.favilla.lineage.TaskInputs;
import org.jspecify.annotations.Nullable;

/**
 * Each record gets a number.
 *
 * @param numbers which numbers the records of a partition get
 * @param pairs puts record and number together
 */
public record NumberOperator(Numbers numbers, EntryBuilder pairs) implements Operator.Push {

    /** An arithmetic progression for each partition. */
    public sealed interface Numbers extends java.io.Serializable {

        /** Returns the number of the first record. */
        long first(int partition);

        /** Returns by how much each number is larger than the one before. */
        long step();
    }

    /**
     * One partition goes on where the one before ended.
     *
     * @param first the number of the first record
     */
    public record Consecutive(long first) implements Numbers {

        @Override
        public long first(int partition) {
            return first;
        }

        @Override
        public long step() {
            return 1;
        }
    }

    /**
     * Item {@code j} of partition {@code k} gets {@code j * n + k}.
     *
     * @param partitions how many partitions there are
     */
    public record Interleaved(int partitions) implements Numbers {

        @Override
        public long first(int partition) {
            return partition;
        }

        @Override
        public long step() {
            return partitions;
        }
    }

    @Override
    public String name() {
        return "number";
    }

    @Override
    public Sink over(DatasetPartition result, Sink downstream, TaskInputs inputs) {
        long step = numbers.step();
        long first = numbers.first(result.number());
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
