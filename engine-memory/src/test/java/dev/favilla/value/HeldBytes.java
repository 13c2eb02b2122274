package dev.favilla.value;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Builds records of many shapes and prints for each what the JVM holds for them, what the estimator and the sampler say,
 * and how long the sampler took for each record. A program of its own, so that nothing else is in its heap.
 */
final class HeldBytes {

    /** Records of which each differs from the others. */
    enum ShapeOfRecords {
        BOXED(random -> random.nextLong() | 1L << 40),
        SHORT_STRINGS(random -> latin(random, random.nextInt(40))),
        STRINGS_OF_ANY_LENGTH(random -> latin(random, skewed(random, 20_000))),
        WIDE_STRINGS(random -> "\u2603".repeat(1 + skewed(random, 2_000))),
        PRIMITIVE_ARRAYS(random -> new double[skewed(random, 2_000)]),
        NESTED(random ->
                new Line(random.nextInt(), new Point(random.nextLong(), latin(random, 12)), latin(random, 30))),
        NESTED_WITH_RARE_LARGE_ONES(random -> new Line(
                random.nextInt(),
                new Point(random.nextLong(), latin(random, random.nextInt(1000) == 0 ? 60_000 : 10)),
                "")),
        LISTS(random -> list(random, skewed(random, 500))),
        MAPS(HeldBytes::map),
        SETS_AND_SMALL_ONES(HeldBytes::small),
        NUMBERS_AND_DATES(HeldBytes::number),
        MIXED(HeldBytes::mixed),
        ENUMS_AND_SHARED(random -> new Tagged(TimeUnit.values()[random.nextInt(7)], random.nextLong())),
        ARRAYS_OF_RECORDS(random -> points(random, random.nextInt(40)));

        private final Function<SplittableRandom, Object> maker;

        ShapeOfRecords(Function<SplittableRandom, Object> maker) {
            this.maker = maker;
        }

        Object make(SplittableRandom random) {
            return maker.apply(random);
        }

        /** Returns how many take some tens of megabytes. */
        int count() {
            SplittableRandom random = new SplittableRandom(1);
            SizeEstimator estimator = new SizeEstimator();
            long bytes = 0;
            for (int i = 0; i < 2000; i++) {
                bytes += estimator.estimate(make(random));
            }
            return (int) Math.min(400_000, 2000 * (30L << 20) / bytes);
        }
    }

    record Point(long x, String name) {}

    record Line(int id, Object from, String label) {}

    record Tagged(TimeUnit unit, long value) {}

    private HeldBytes() {}

    /** Most are small and few are large. */
    private static int skewed(SplittableRandom random, int most) {
        return (int) (most * Math.pow(random.nextDouble(), 6));
    }

    private static String latin(SplittableRandom random, int length) {
        char[] text = new char[length];
        for (int i = 0; i < length; i++) {
            text[i] = (char) ('a' + (random.nextInt() & 15));
        }
        return new String(text);
    }

    private static List<Object> list(SplittableRandom random, int count) {
        List<Object> list = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            list.add(random.nextLong() | 1L << 40);
        }
        return list;
    }

    private static Object map(SplittableRandom random) {
        int count = skewed(random, 300);
        Map<Object, Object> map = switch (random.nextInt(3)) {
            case 0 -> new HashMap<>();
            case 1 -> new LinkedHashMap<>();
            default -> new TreeMap<>();
        };
        for (int i = 0; i < count; i++) {
            map.put(latin(random, 8), random.nextDouble());
        }
        return map;
    }

    private static Object small(SplittableRandom random) {
        return switch (random.nextInt(4)) {
            case 0 -> new HashSet<>(list(random, random.nextInt(12)));
            case 1 -> List.of(random.nextLong() | 1L << 40, latin(random, 5));
            case 2 -> Map.of(latin(random, 5), random.nextDouble());
            default -> list(random, random.nextInt(1, 4));
        };
    }

    private static Object number(SplittableRandom random) {
        return switch (random.nextInt(5)) {
            case 0 -> new BigDecimal(random.nextLong()).movePointLeft(4);
            case 1 -> new BigInteger(1 + random.nextInt(4000), new java.util.Random(random.nextLong()));
            case 2 -> LocalDate.ofEpochDay(random.nextInt(30_000));
            case 3 -> LocalDateTime.ofEpochSecond(random.nextInt(), 1 + random.nextInt(1000), java.time.ZoneOffset.UTC);
            default -> new UUID(random.nextLong(), random.nextLong());
        };
    }

    private static Object mixed(SplittableRandom random) {
        ShapeOfRecords[] all = ShapeOfRecords.values();
        ShapeOfRecords one = all[random.nextInt(ShapeOfRecords.MIXED.ordinal())];
        return one.make(random);
    }

    private static Object points(SplittableRandom random, int count) {
        Point[] points = new Point[count];
        for (int i = 0; i < count; i++) {
            points[i] = new Point(random.nextLong(), latin(random, random.nextInt(20)));
        }
        return points;
    }

    /** Prints shape, bytes held, bytes estimated record by record, bytes sampled, and picoseconds for each. */
    public static void main(String[] args) {
        for (ShapeOfRecords shape : ShapeOfRecords.values()) {
            measure(shape);
        }
    }

    private static void measure(ShapeOfRecords shape) {
        Object[] records = new Object[shape.count()];
        fill(records, shape, records.length / 10); // classes are loaded, tables made
        long before = used();
        fill(records, shape, records.length);
        long held = used() - before;
        SizeEstimator estimator = new SizeEstimator();
        long walked = 0;
        for (Object record : records) {
            walked += estimator.estimate(record);
        }
        SizeEstimator.Sampler sampler = new SizeEstimator.Sampler();
        for (Object record : records) {
            sampler.add(record);
        }
        System.out.println(shape + " " + held + " " + walked + " " + sampler.bytes() + " " + picosEach(records));
    }

    /** Of records that were just made, as they are when they are counted: those here fit into a cache. */
    private static long picosEach(Object[] records) {
        int few = Math.min(records.length, 512);
        long best = Long.MAX_VALUE;
        for (int round = 0; round < 40; round++) {
            SizeEstimator.Sampler sampler = new SizeEstimator.Sampler();
            long begin = System.nanoTime();
            for (int i = 0; i < 40 * few; i++) {
                sampler.add(records[i % few]);
            }
            best = Math.min(best, (System.nanoTime() - begin) * 1000 / (40L * few));
        }
        return best;
    }

    private static void fill(Object[] records, ShapeOfRecords shape, int count) {
        java.util.Arrays.fill(records, null);
        SplittableRandom random = new SplittableRandom(42);
        for (int i = 0; i < count; i++) {
            records[i] = shape.make(random);
        }
        if (count < records.length) {
            java.util.Arrays.fill(records, null);
        }
    }

    private static long used() {
        Runtime runtime = Runtime.getRuntime();
        long last = Long.MAX_VALUE;
        for (int i = 0; i < 4; i++) {
            System.gc();
            last = Math.min(last, runtime.totalMemory() - runtime.freeMemory());
        }
        return last;
    }
}
