package dev.favilla;

import dev.favilla.StampedValue.PartialKey;
import dev.favilla.shuffle.HashPartitioner;
import dev.favilla.storage.StorageLevel;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/** What is done to records that bear the stamp of the attempt that made them. */
enum StampedShape {
    PARTITION_BY {
        @Override
        RDD<Stamped> over(StampedValue value, PairRDD<Integer, Object> source) {
            return stamps(value, source.partitionBy(INTO_3));
        }
    },
    SHUFFLED_TWICE {
        @Override
        RDD<Stamped> over(StampedValue value, PairRDD<Integer, Object> source) {
            return stamps(
                    value,
                    source.partitionBy(INTO_3)
                            .mapToPair(pair -> Pair.of(pair.key() * 7, pair.value()))
                            .partitionBy(INTO_2)
                            .mapToPair(pair -> Pair.of(pair.key() / 7, pair.value())));
        }
    },
    CACHED_BEFORE {
        @Override
        RDD<Stamped> over(StampedValue value, PairRDD<Integer, Object> source) {
            PairRDD<Integer, Object> kept = source.cache();
            return stamps(value, kept.partitionBy(INTO_3).union(kept));
        }
    },
    CACHED_BEFORE_AS_BYTES {
        @Override
        RDD<Stamped> over(StampedValue value, PairRDD<Integer, Object> source) {
            PairRDD<Integer, Object> kept = source.persist(StorageLevel.MEMORY_ONLY_SER);
            return stamps(value, kept.partitionBy(INTO_3).union(kept));
        }
    },
    CACHED_AFTER {
        @Override
        RDD<Stamped> over(StampedValue value, PairRDD<Integer, Object> source) {
            PairRDD<Integer, Object> kept = source.partitionBy(INTO_3).cache();
            return stamps(value, kept.partitionBy(INTO_2).union(kept));
        }
    },
    JOINED_WITH_ITSELF {
        @Override
        RDD<Stamped> over(StampedValue value, PairRDD<Integer, Object> source) {
            PairRDD<Integer, Object> once = source.partitionBy(INTO_3); // twice would be two versions by right
            return once.join(once, INTO_2)
                    .flatMap(row -> List.of(
                            stamp(value, row.key(), row.value().key()),
                            stamp(value, row.key(), row.value().value())));
        }
    },
    AGGREGATED_INTO_LISTS {
        @Override
        RDD<Stamped> over(StampedValue value, PairRDD<Integer, Object> source) {
            return source.aggregateByKey(new ArrayList<>(), 3, StampedShape::with, StampedShape::withAll)
                    .flatMap(group -> group.value().stream()
                            .map(one -> stamp(value, group.key(), one))
                            .toList());
        }
    },
    GROUPED_AND_SHUFFLED {
        @Override
        RDD<Stamped> over(StampedValue value, PairRDD<Integer, Object> source) {
            return source.groupByKey(3)
                    .mapValues(StampedShape::toList)
                    .partitionBy(INTO_2)
                    .flatMap(group -> group.value().stream()
                            .map(one -> stamp(value, group.key(), one))
                            .toList());
        }
    },
    IN_KEYS {
        @Override
        RDD<Stamped> over(StampedValue value, PairRDD<Integer, Object> source) {
            return source.mapToPair(pair -> Pair.of(new PartialKey(pair.key(), value.stampOf(pair.value())), 1))
                    .partitionBy(INTO_3)
                    .mapToPair(pair -> Pair.of(pair.key(), 2))
                    .reduceByKey((a, b) -> a, 2)
                    .keys()
                    .map(key -> new Stamped(key.id() % 1000, key.stamp()));
        }
    };

    private static final HashPartitioner INTO_3 = new HashPartitioner(3);
    private static final HashPartitioner INTO_2 = new HashPartitioner(2);
    private static final int RECORDS = 12;

    /**
     * One record that has come out.
     *
     * @param partition of the source, in which it was made
     * @param stamp of the attempt that made it
     */
    record Stamped(int partition, long stamp) {}

    /** Returns what comes out of records that hold their stamps in values of one class. */
    abstract RDD<Stamped> over(StampedValue value, PairRDD<Integer, Object> source);

    /** Returns records with keys that tell their partition; {@code stamps} is asked once in each attempt. */
    static PairRDD<Integer, Object> source(
            EngineContext engine, int partitions, StampedValue value, SerializableStamps stamps) {
        return PairRDD.of(engine.range(0, partitions, 1, partitions).mapPartitionsWithIndex((partition, ignored) -> {
            long stamp = stamps.getAsLong();
            List<Pair<Integer, Object>> records = new ArrayList<>();
            for (int k = 0; k < RECORDS; k++) {
                records.add(Pair.of(k * 1000 + partition, value.hold(stamp)));
            }
            return records.iterator();
        }));
    }

    /** Where stamps come from. */
    interface SerializableStamps extends LongSupplier, java.io.Serializable {}

    private static RDD<Stamped> stamps(StampedValue value, PairRDD<Integer, Object> records) {
        return records.map(record -> stamp(value, record.key(), record.value()));
    }

    private static Stamped stamp(StampedValue value, int key, Object held) {
        return new Stamped(key % 1000, value.stampOf(held));
    }

    private static ArrayList<Object> with(ArrayList<Object> list, Object one) {
        list.add(one);
        return list;
    }

    private static ArrayList<Object> withAll(ArrayList<Object> list, ArrayList<Object> others) {
        list.addAll(others);
        return list;
    }

    private static List<Object> toList(Iterable<Object> values) {
        List<Object> list = new ArrayList<>();
        values.forEach(list::add);
        return list;
    }
}
