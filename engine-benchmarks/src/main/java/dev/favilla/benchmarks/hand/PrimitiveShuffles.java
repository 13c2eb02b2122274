package dev.favilla.benchmarks.hand;

import dev.favilla.benchmarks.workload.Data;
import dev.favilla.benchmarks.workload.Grouping;
import dev.favilla.benchmarks.workload.Join;
import dev.favilla.benchmarks.workload.SumByLong;
import java.util.Arrays;

/** Sums, groups and joins by long keys: scattered by hash first, then range by range in tables that fit a cache. */
final class PrimitiveShuffles {

    private PrimitiveShuffles() {}

    static long sumByLong(Crew crew, SumByLong work) throws Exception {
        LongScatter scatter = LongScatter.of(crew, 0, work.records(), identified(work.keys()));
        return crew.all(scatter.ranges(), range -> {
            int count = scatter.end(range) - scatter.start(range);
            LongTable table = new LongTable(count);
            long[] sums = new long[count];
            for (int pair = scatter.start(range); pair < scatter.end(range); pair++) {
                sums[table.add(scatter.key(pair))] += scatter.value(pair);
            }
            long check = 0;
            for (int number = 0; number < table.size(); number++) {
                check += Data.check(table.keyOf(number), sums[number]);
            }
            return check;
        });
    }

    /** Groups are really made: the values of each key lie side by side before any is looked at. */
    static long group(Crew crew, Grouping work) throws Exception {
        LongScatter scatter = LongScatter.of(crew, 0, work.records(), identified(work.keys()));
        return crew.all(scatter.ranges(), range -> {
            int first = scatter.start(range);
            int count = scatter.end(range) - first;
            LongTable table = new LongTable(count);
            int[] numberOf = new int[count];
            int[] ends = new int[count + 1];
            for (int i = 0; i < count; i++) {
                numberOf[i] = table.add(scatter.key(first + i));
                ends[numberOf[i] + 1]++;
            }
            for (int number = 0; number < table.size(); number++) {
                ends[number + 1] += ends[number];
            }
            long[] values = new long[count];
            int[] next = Arrays.copyOf(ends, table.size());
            for (int i = 0; i < count; i++) {
                values[next[numberOf[i]]++] = scatter.value(first + i);
            }
            long check = 0;
            for (int number = 0; number < table.size(); number++) {
                check += checkGroup(table.keyOf(number), values, ends[number], ends[number + 1]);
            }
            return check;
        });
    }

    private static long checkGroup(long key, long[] values, int from, int to) {
        long mixed = 0;
        for (int i = from; i < to; i++) {
            mixed += Data.mix(values[i]);
        }
        return Data.check(key, mixed + (to - from));
    }

    static long join(Crew crew, Join work) throws Exception {
        int ranges = LongScatter.rangesFor(work.records());
        LongScatter.Source source = identified(work.records());
        LongScatter left = LongScatter.of(crew, 0, work.records(), source, ranges);
        LongScatter right = LongScatter.of(crew, work.records(), work.records(), source, ranges);
        return crew.all(ranges, range -> {
            int first = left.start(range);
            int count = left.end(range) - first;
            LongTable table = new LongTable(count);
            int[] newest = new int[count];
            int[] older = new int[count];
            Arrays.fill(newest, -1);
            for (int i = 0; i < count; i++) {
                int number = table.add(left.key(first + i));
                older[i] = newest[number];
                newest[number] = i;
            }
            long check = 0;
            for (int pair = right.start(range); pair < right.end(range); pair++) {
                long key = right.key(pair);
                int number = table.find(key);
                for (int i = number < 0 ? -1 : newest[number]; i >= 0; i = older[i]) {
                    check += Data.check(key, left.value(first + i), right.value(pair));
                }
            }
            return check;
        });
    }

    private static LongScatter.Source identified(long keys) {
        return new LongScatter.Source() {
            @Override
            public long key(long record) {
                return Data.key(record, keys);
            }

            @Override
            public long value(long record) {
                return record;
            }
        };
    }
}
