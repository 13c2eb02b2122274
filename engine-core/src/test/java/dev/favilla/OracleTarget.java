package dev.favilla;

import dev.favilla.OracleStep.Promise;
import dev.favilla.shuffle.HashPartitioner;
import dev.favilla.shuffle.Partitioner;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where an operation by key is told to put its keys: by default, into a number of partitions, or by a partitioner.
 *
 * @param partitions the number
 * @param partitioner that of the third form
 */
record OracleTarget(Form form, int partitions, Partitioner partitioner) {

    enum Form {
        DEFAULT,
        COUNT,
        PARTITIONER
    }

    /** A partitioner of a user's own. */
    record ByRemainder(int numPartitions) implements Partitioner {

        @Override
        public int partition(@Nullable Object key) {
            Long number = Token.number((Token) key);
            return number == null ? numPartitions - 1 : (int) Math.floorMod(number, (long) numPartitions);
        }
    }

    static OracleTarget random(SplittableRandom random) {
        int partitions = random.nextInt(1, 6);
        Partitioner partitioner = random.nextBoolean() ? new HashPartitioner(partitions) : new ByRemainder(partitions);
        return new OracleTarget(Form.values()[random.nextInt(Form.values().length)], partitions, partitioner);
    }

    <R> R pick(Supplier<R> byDefault, Supplier<R> byCount, Supplier<R> byPartitioner) {
        return switch (form) {
            case DEFAULT -> byDefault.get();
            case COUNT -> byCount.get();
            case PARTITIONER -> byPartitioner.get();
        };
    }

    Promise promise() {
        return switch (form) {
            case DEFAULT -> Promise.NONE;
            case COUNT -> Promise.placed(new HashPartitioner(partitions));
            case PARTITIONER -> Promise.placed(partitioner);
        };
    }

    @Override
    public String toString() {
        return switch (form) {
            case DEFAULT -> "";
            case COUNT -> Integer.toString(partitions);
            case PARTITIONER -> partitioner.toString();
        };
    }
}
