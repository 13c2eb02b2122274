package dev.favilla.benchmarks.hand;

import dev.favilla.benchmarks.workload.CoGroup;
import dev.favilla.benchmarks.workload.Data;
import dev.favilla.benchmarks.workload.Grouping;
import dev.favilla.benchmarks.workload.Join;
import dev.favilla.benchmarks.workload.SmallJoin;
import dev.favilla.benchmarks.workload.SumByLong;
import dev.favilla.benchmarks.workload.SumByString;
import dev.favilla.benchmarks.workload.WordCount;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;
import java.util.function.ToLongBiFunction;

/** Sums, groups and joins in hash maps, range by range of the hash. */
final class BoxedShuffles {

    private BoxedShuffles() {}

    static long wordCount(Crew crew, WordCount work) throws Exception {
        List<Path> files = HandFiles.of(work.directory());
        List<Map<String, long[]>> counts = new ArrayList<>();
        for (int number = 0; number < files.size(); number++) {
            counts.add(new HashMap<>(1 << 16));
        }
        crew.all(files.size(), number -> {
            count(files.get(number), counts.get(number));
            return 0;
        });
        Map<String, long[]> total = counts.get(0);
        for (Map<String, long[]> other : counts.subList(1, counts.size())) {
            other.forEach((word, count) -> total.computeIfAbsent(word, first -> new long[1])[0] += count[0]);
        }
        long check = 0;
        for (Map.Entry<String, long[]> count : total.entrySet()) {
            check += Data.check(count.getKey(), count.getValue()[0]);
        }
        return check;
    }

    private static void count(Path file, Map<String, long[]> counts) throws IOException {
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                int start = 0;
                while (start < line.length()) {
                    int blank = line.indexOf(' ', start);
                    int end = blank < 0 ? line.length() : blank;
                    if (end > start) {
                        countOne(line.substring(start, end), counts);
                    }
                    start = end + 1;
                }
            }
        }
    }

    private static void countOne(String word, Map<String, long[]> counts) {
        long[] count = counts.get(word);
        if (count == null) {
            counts.put(word, new long[] {1});
        } else {
            count[0]++;
        }
    }

    static long sumByLong(Crew crew, SumByLong work) throws Exception {
        long keys = work.keys();
        return sum(crew, work.records(), record -> Data.key(record, keys), Data::check);
    }

    static long sumByString(Crew crew, SumByString work) throws Exception {
        long keys = work.keys();
        return sum(crew, work.records(), record -> Data.text(record, keys), Data::check);
    }

    private static <K> long sum(Crew crew, long records, LongFunction<K> key, ToLongBiFunction<K, Long> check)
            throws Exception {
        int ranges = LongScatter.rangesFor(records);
        Scatter<K> scatter = Scatter.of(crew, 0, records, ranges, key);
        return crew.all(ranges, range -> {
            List<Scatter.Lane<K>> lanes = scatter.range(range);
            Map<K, Long> sums = new HashMap<>(Scatter.size(lanes));
            for (Scatter.Lane<K> lane : lanes) {
                for (int i = 0; i < lane.size(); i++) {
                    sums.merge(lane.key(i), lane.value(i), Long::sum);
                }
            }
            long total = 0;
            for (Map.Entry<K, Long> sum : sums.entrySet()) {
                total += check.applyAsLong(sum.getKey(), sum.getValue());
            }
            return total;
        });
    }

    static long group(Crew crew, Grouping work) throws Exception {
        int ranges = LongScatter.rangesFor(work.records());
        long keys = work.keys();
        Scatter<Long> scatter = Scatter.of(crew, 0, work.records(), ranges, record -> Data.key(record, keys));
        return crew.all(ranges, range -> {
            long check = 0;
            for (Map.Entry<Long, List<Long>> group :
                    groups(scatter.range(range)).entrySet()) {
                long mixed = 0;
                for (long value : group.getValue()) {
                    mixed += Data.mix(value);
                }
                check += Data.check(group.getKey(), mixed + group.getValue().size());
            }
            return check;
        });
    }

    static long join(Crew crew, Join work) throws Exception {
        int ranges = LongScatter.rangesFor(work.records());
        long records = work.records();
        Scatter<Long> left = Scatter.of(crew, 0, records, ranges, record -> Data.key(record, records));
        Scatter<Long> right = Scatter.of(crew, records, records, ranges, record -> Data.key(record, records));
        return crew.all(ranges, range -> {
            Map<Long, List<Long>> lefts = groups(left.range(range));
            long check = 0;
            for (Scatter.Lane<Long> lane : right.range(range)) {
                for (int i = 0; i < lane.size(); i++) {
                    Long key = lane.key(i);
                    for (long value : lefts.getOrDefault(key, List.of())) {
                        check += Data.check(key, value, lane.value(i));
                    }
                }
            }
            return check;
        });
    }

    static long broadcastJoin(Crew crew, SmallJoin work) throws Exception {
        Map<Long, Long> few = new HashMap<>();
        for (long record = 0; record < work.few(); record++) {
            few.put(SmallJoin.fewKey(record), record);
        }
        return crew.each(slice -> {
            long end = Crew.sliceStart(work.records(), crew.threads(), slice + 1);
            long check = 0;
            for (long i = Crew.sliceStart(work.records(), crew.threads(), slice); i < end; i++) {
                Long key = SmallJoin.key(i, work.few());
                Long other = few.get(key);
                if (other != null) {
                    check += Data.check(key, i, other);
                }
            }
            return check;
        });
    }

    static long coGroup(Crew crew, CoGroup work) throws Exception {
        int ranges = LongScatter.rangesFor(work.records());
        long records = work.records();
        Scatter<Long> left = Scatter.of(crew, 0, records, ranges, record -> Data.key(record, records));
        Scatter<Long> right = Scatter.of(crew, records, records, ranges, record -> Data.key(record, records));
        return crew.all(ranges, range -> {
            Map<Long, List<Long>> lefts = groups(left.range(range));
            Map<Long, List<Long>> rights = groups(right.range(range));
            long check = 0;
            for (Map.Entry<Long, List<Long>> group : lefts.entrySet()) {
                List<Long> others = rights.remove(group.getKey());
                check += CoGroup.check(group.getKey(), group.getValue(), others == null ? List.of() : others);
            }
            for (Map.Entry<Long, List<Long>> group : rights.entrySet()) {
                check += CoGroup.check(group.getKey(), List.of(), group.getValue());
            }
            return check;
        });
    }

    /** Returns the values of each key. */
    static Map<Long, List<Long>> groups(List<Scatter.Lane<Long>> lanes) {
        Map<Long, List<Long>> groups = new HashMap<>(Scatter.size(lanes));
        for (Scatter.Lane<Long> lane : lanes) {
            for (int i = 0; i < lane.size(); i++) {
                groups.computeIfAbsent(lane.key(i), key -> new ArrayList<>(4)).add(lane.value(i));
            }
        }
        return groups;
    }
}
