package dev.favilla.rdd.arrange;

import dev.favilla.lineage.DatasetPartition;
import dev.favilla.lineage.Operator;
import dev.favilla.lineage.Sink;
import dev.favilla.lineage.TaskInputs;
import dev.favilla.rdd.EntryBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Each record gets the number of the partition it is to be moved to, one after the other in turn, as cards are dealt. Where
 * a partition begins follows from its number, and differs between neighbours, so that small partitions are not all dealt to
 * the same few.
 *
 * @param ways how many partitions there are to be
 * @param entries makes an entry with the number as its key
 */
public record DealOperator(int ways, EntryBuilder entries) implements Operator.Push {

    /** Multiples of the golden section lie as far from each other as may be, however many there are. */
    private static final long GOLDEN = 0x9e3779b97f4a7c15L;

    /** Returns where the records of a partition begin to be dealt to. */
    public int first(int partition) {
        long share = (partition * GOLDEN) >>> 32; // in parts of 2^32
        return (int) ((share * ways) >>> 32);
    }

    @Override
    public String name() {
        return "deal";
    }

    @Override
    public boolean multiplies() {
        return false;
    }

    @Override
    public Sink over(DatasetPartition result, Sink downstream, TaskInputs inputs) {
        int first = first(result.number());
        return new Sink() {
            private int next = first;

            @Override
            public boolean push(@Nullable Object record) throws Exception {
                int way = next;
                next = way + 1 == ways ? 0 : way + 1;
                return downstream.push(entries.record(way, record));
            }

            @Override
            public void end() throws Exception {
                downstream.end();
            }
        };
    }
}
