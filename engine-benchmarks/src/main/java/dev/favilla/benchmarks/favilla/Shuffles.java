package dev.favilla.benchmarks.favilla;

import dev.favilla.EngineContext;
import dev.favilla.Pair;
import dev.favilla.PairRDD;
import dev.favilla.benchmarks.workload.CoGroup;
import dev.favilla.benchmarks.workload.Data;
import dev.favilla.benchmarks.workload.Grouping;
import dev.favilla.benchmarks.workload.Join;
import dev.favilla.benchmarks.workload.SmallJoin;
import dev.favilla.benchmarks.workload.SortByText;
import dev.favilla.benchmarks.workload.SumByLong;
import dev.favilla.benchmarks.workload.SumByString;
import dev.favilla.benchmarks.workload.WordCount;
import java.util.Arrays;
import java.util.List;

/** Jobs with one shuffle. */
final class Shuffles {

    private Shuffles() {}

    static long wordCount(EngineContext engine, WordCount work) {
        return engine.textFile(work.directory().toString())
                .flatMap(line -> Arrays.asList(line.split(" ")))
                .filter(word -> !word.isEmpty())
                .mapToPair(word -> Pair.of(word, 1L))
                .reduceByKey(Long::sum, work.partitions())
                .map(count -> Data.check(count.key(), count.value()))
                .reduce(Long::sum);
    }

    static long sumByLong(EngineContext engine, SumByLong work) {
        long keys = work.keys();
        return engine.range(0, work.records(), 1, work.partitions())
                .mapToPair(record -> Pair.of(Data.key(record, keys), record))
                .reduceByKey(Long::sum, work.partitions())
                .map(sum -> Data.check(sum.key(), sum.value()))
                .reduce(Long::sum);
    }

    static long sumByString(EngineContext engine, SumByString work) {
        long keys = work.keys();
        return engine.range(0, work.records(), 1, work.partitions())
                .mapToPair(record -> Pair.of(Data.text(record, keys), record))
                .reduceByKey(Long::sum, work.partitions())
                .map(sum -> Data.check(sum.key(), sum.value()))
                .reduce(Long::sum);
    }

    static long group(EngineContext engine, Grouping work) {
        long keys = work.keys();
        return engine.range(0, work.records(), 1, work.partitions())
                .mapToPair(record -> Pair.of(Data.key(record, keys), record))
                .groupByKey(work.partitions())
                .map(group -> {
                    long size = 0;
                    long mixed = 0;
                    for (long value : group.value()) {
                        size++;
                        mixed += Data.mix(value);
                    }
                    return Data.check(group.key(), mixed + size);
                })
                .reduce(Long::sum);
    }

    static long join(EngineContext engine, Join work) {
        PairRDD<Long, Long> left = side(engine, work.records(), work.partitions(), 0);
        PairRDD<Long, Long> right = side(engine, work.records(), work.partitions(), work.records());
        return left.join(right, work.partitions())
                .map(both ->
                        Data.check(both.key(), both.value().key(), both.value().value()))
                .reduce(Long::sum);
    }

    static long smallJoin(EngineContext engine, SmallJoin work) {
        long size = work.few();
        PairRDD<Long, Long> many = engine.range(0, work.records(), 1, work.partitions())
                .mapToPair(record -> Pair.of(SmallJoin.key(record, size), record));
        PairRDD<Long, Long> few = engine.range(0, size, 1, work.partitions())
                .mapToPair(record -> Pair.of(SmallJoin.fewKey(record), record));
        PairRDD<Long, Pair<Long, Long>> joined =
                work.broadcast() ? many.joinBroadcast(few) : many.join(few, work.partitions());
        return joined.map(both ->
                        Data.check(both.key(), both.value().key(), both.value().value()))
                .reduce(Long::sum);
    }

    static long coGroup(EngineContext engine, CoGroup work) {
        PairRDD<Long, Long> left = side(engine, work.records(), work.partitions(), 0);
        PairRDD<Long, Long> right = side(engine, work.records(), work.partitions(), work.records());
        return left.cogroup(right, work.partitions())
                .map(group -> CoGroup.check(
                        group.key(), group.value().first(), group.value().second()))
                .reduce(Long::sum);
    }

    static long sortByText(EngineContext engine, SortByText work) {
        return engine.range(0, work.records(), 1, work.partitions())
                .mapToPair(record -> Pair.of(SortByText.key(record), SortByText.rest(record)))
                .sortByKey(true, work.partitions())
                .mapPartitions(records -> {
                    SortByText.Check check = new SortByText.Check();
                    records.forEachRemaining(record -> check.add(record.key(), record.value()));
                    return List.of(check.sum()).iterator();
                })
                .reduce(Long::sum);
    }

    private static PairRDD<Long, Long> side(EngineContext engine, long records, int partitions, long first) {
        return engine.range(first, first + records, 1, partitions)
                .mapToPair(record -> Pair.of(Data.key(record, records), record));
    }
}
