package dev.favilla.benchmarks.streams;

import dev.favilla.benchmarks.workload.Data;
import dev.favilla.benchmarks.workload.Grouping;
import dev.favilla.benchmarks.workload.Join;
import dev.favilla.benchmarks.workload.SumByLong;
import dev.favilla.benchmarks.workload.SumByString;
import dev.favilla.benchmarks.workload.WordCount;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** Small jobs, sums, groups and joins, all into concurrent maps of the right size. */
final class StreamPipelines {

    private StreamPipelines() {}

    static long oneStage(int jobs) {
        long check = 0;
        for (int job = 0; job < jobs; job++) {
            check += List.of(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L).parallelStream()
                    .map(x -> x * 3)
                    .filter(x -> x % 2 == 0)
                    .reduce(0L, Long::sum);
        }
        return check;
    }

    static long twoStages(int jobs) {
        long check = 0;
        for (int job = 0; job < jobs; job++) {
            Map<Long, Long> sums = List.of(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L).parallelStream()
                    .collect(Collectors.toConcurrentMap(x -> x % 3, x -> x, Long::sum));
            for (Map.Entry<Long, Long> sum : sums.entrySet()) {
                check += sum.getKey() * sum.getValue();
            }
        }
        return check;
    }

    static long wordCount(WordCount work) throws IOException {
        try (Stream<Path> files = Files.list(work.directory())) {
            Map<String, Long> counts = files.toList().parallelStream()
                    .flatMap(StreamPipelines::lines)
                    .flatMap(line -> Stream.of(line.split(" ")))
                    .filter(word -> !word.isEmpty())
                    .collect(Collectors.groupingBy(word -> word, Collectors.counting()));
            long check = 0;
            for (Map.Entry<String, Long> count : counts.entrySet()) {
                check += Data.check(count.getKey(), count.getValue());
            }
            return check;
        }
    }

    private static Stream<String> lines(Path file) {
        try {
            return Files.lines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static long sumByLong(SumByLong work) {
        return sums(work.records(), work.keys(), record -> Data.key(record, work.keys())).entrySet().parallelStream()
                .mapToLong(sum -> Data.check(sum.getKey(), sum.getValue()))
                .sum();
    }

    static long sumByString(SumByString work) {
        return sums(work.records(), work.keys(), record -> Data.text(record, work.keys())).entrySet().parallelStream()
                .mapToLong(sum -> Data.check(sum.getKey(), sum.getValue()))
                .sum();
    }

    private static <K> Map<K, Long> sums(long records, long keys, Function<Long, K> key) {
        return LongStream.range(0, records)
                .parallel()
                .boxed()
                .collect(Collectors.toConcurrentMap(key, record -> record, Long::sum, () -> roomFor(keys)));
    }

    static long group(Grouping work) {
        return groups(0, work.records(), work.keys()).entrySet().parallelStream()
                .mapToLong(group -> {
                    long mixed = 0;
                    for (long value : group.getValue()) {
                        mixed += Data.mix(value);
                    }
                    return Data.check(group.getKey(), mixed + group.getValue().size());
                })
                .sum();
    }

    static long join(Join work) {
        ConcurrentMap<Long, List<Long>> left = groups(0, work.records(), work.records());
        return LongStream.range(work.records(), 2 * work.records())
                .parallel()
                .map(record -> {
                    long key = Data.key(record, work.records());
                    long check = 0;
                    for (long value : left.getOrDefault(key, List.of())) {
                        check += Data.check(key, value, record);
                    }
                    return check;
                })
                .sum();
    }

    private static ConcurrentMap<Long, List<Long>> groups(long first, long records, long keys) {
        return LongStream.range(first, first + records)
                .parallel()
                .boxed()
                .collect(Collectors.groupingByConcurrent(
                        record -> Data.key(record, keys), () -> roomFor(keys), Collectors.toList()));
    }

    static <K, V> ConcurrentMap<K, V> roomFor(long keys) {
        return new ConcurrentHashMap<>(Math.toIntExact(keys));
    }
}
