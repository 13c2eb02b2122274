package dev.favilla.benchmarks.workload;

import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.Set;

/**
 * Records of 100 characters, ordered by the first ten of them.
 *
 * @param records how many
 * @param partitions on both sides of a shuffle, for the systems that have partitions
 */
public record SortByText(long records, int partitions) implements Workload {

    private static final int KEY_LENGTH = 10;
    private static final String FILLING = "abcdefghijklmnopqrstuvwxyz0123456789".repeat(2);

    @Override
    public String name() {
        return "sort-by-key";
    }

    @Override
    public String description() {
        return "sortByKey of " + records + " records of 100 characters, " + partitions + " partitions";
    }

    @Override
    public long units() {
        return records;
    }

    @Override
    public String unit() {
        return "record";
    }

    @Override
    public Set<Contender> contenders() {
        return EnumSet.of(Contender.FAVILLA, Contender.SPARK, Contender.BOXED);
    }

    @Override
    public Job openOn(Contestant contestant) {
        return contestant.sortByText(this);
    }

    /** Returns the key of a record: ten letters, evenly spread. */
    public static String key(long record) {
        byte[] letters = new byte[KEY_LENGTH];
        long bits = Data.mix(record);
        for (int i = 0; i < letters.length; i++) {
            letters[i] = (byte) ('a' + (bits & 15));
            bits >>>= 4;
        }
        return new String(letters, StandardCharsets.ISO_8859_1);
    }

    /** Returns the rest of a record. */
    public static String rest(long record) {
        return FILLING + (100_000_000_000_000_000L + record);
    }

    /** Adds records up that come in order, and notices if they do not. */
    public static final class Check {

        private String last = "";
        private long sum;

        /**
         * Takes the next record.
         *
         * @throws IllegalStateException if it comes too late
         */
        public void add(String key, String rest) {
            if (last.compareTo(key) > 0) {
                throw new IllegalStateException(key + " came after " + last);
            }
            last = key;
            sum += Data.check(key, rest.hashCode());
        }

        /** Returns what all of them add to the checksum. */
        public long sum() {
            return sum;
        }
    }
}
