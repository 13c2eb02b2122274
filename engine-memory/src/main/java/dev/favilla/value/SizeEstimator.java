package dev.favilla.value;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Modifier;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/**
 * Tells how many bytes of heap a record keeps, in the layout of a 64-bit JVM with compressed references.
 *
 * <p>Exact for boxed values, strings, big numbers, arrays of primitives, and records, arrays and objects with readable
 * fields made of them. Collections of the JDK are counted from outside: elements plus what each costs, with the spare
 * capacity they may have. Where fields are closed, a constant stands for each. A value reached twice counts twice: the
 * error is on the safe side.
 *
 * <p><b>Cost.</b> A bounded walk: of long arrays and collections a sample is measured. See {@link Sampler} for many
 * records.
 *
 * <p><b>Threads.</b> May be used from any thread.
 */
public final class SizeEstimator {

    private static final int HEADER_BYTES = 12;
    private static final int ARRAY_HEADER_BYTES = 16;

    /** References are compressed in heaps below this size, unless the JVM was told otherwise. */
    private static final long LARGEST_COMPRESSED_HEAP = 32L << 30;

    private static final int REFERENCE_BYTES = Runtime.getRuntime().maxMemory() < LARGEST_COMPRESSED_HEAP ? 4 : 8;
    private static final int MAX_DEPTH = 32;
    private static final int MAX_OBJECTS = 4096;
    private static final int MEASURED_ELEMENTS = 128;

    /** A string without its characters, and its array. */
    private static final int STRING_BYTES = 44;

    /** A BigDecimal, and a BigInteger without its digits. */
    private static final int DECIMAL_BYTES = 40;

    private static final int INTEGER_BYTES = 40;

    /** A BigDecimal of more digits keeps them as a BigInteger. */
    private static final int LONG_DIGITS = 18;

    private static final double BITS_PER_DIGIT = 3.3220;

    /** Stands for a value that is not looked at: its field is closed to us or the walk has gone far enough. */
    private static final long UNSEEN_BYTES = 64;

    private static final ClassValue<Shape> SHAPES = new ClassValue<>() {
        @Override
        protected Shape computeValue(Class<?> type) {
            return Shape.of(type);
        }
    };

    /** Returns the bytes kept by {@code record}; 0 for null and for what is there anyway, such as enum constants. */
    public long estimate(@Nullable Object record) {
        return sizeOf(record);
    }

    private static long sizeOf(@Nullable Object record) {
        return new Walk().size(record, 0);
    }

    static long align(long bytes) {
        return (bytes + 7) & ~7L;
    }

    /** One walk over one record. */
    private static final class Walk {

        private int objectsLeft = MAX_OBJECTS;

        long size(@Nullable Object value, int depth) {
            if (value == null) {
                return 0;
            }
            if (value instanceof String text) {
                return sizeOfString(text);
            }
            Shape shape = SHAPES.get(value.getClass());
            if (shape.kind == Kind.FIXED) {
                return shape.bytes;
            }
            if (depth > MAX_DEPTH || --objectsLeft < 0) {
                return UNSEEN_BYTES;
            }
            return switch (shape.kind) {
                case FIXED -> shape.bytes;
                case PRIMITIVES -> sizeOfPrimitives(value, shape);
                case NUMBER -> sizeOfNumber(value);
                case REFERENCES -> sizeOfArray((@Nullable Object[]) value, depth);
                case COLLECTION -> sizeOfCollection((Collection<?>) value, shape.container, depth);
                case MAP -> sizeOfMap((Map<?, ?>) value, shape.container, depth);
                case FIELDS -> sizeOfFields(value, shape, depth);
            };
        }

        private long sizeOfArray(@Nullable Object[] array, int depth) {
            long total = align(ARRAY_HEADER_BYTES + (long) REFERENCE_BYTES * array.length);
            int measured = Math.min(array.length, MEASURED_ELEMENTS);
            long elements = 0;
            for (int i = 0; i < measured; i++) {
                elements += size(array[(int) ((long) i * array.length / measured)], depth + 1);
            }
            return total + scale(elements, measured, array.length);
        }

        private long sizeOfCollection(Collection<?> values, ContainerShape own, int depth) {
            int count = values.size();
            int measured = Math.min(count, MEASURED_ELEMENTS);
            long elements = 0;
            Iterator<?> iterator = values.iterator();
            int seen = 0;
            while (seen < measured && iterator.hasNext()) {
                elements += size(iterator.next(), depth + 1);
                seen++;
            }
            return own.bytes(count) + scale(elements, seen, count);
        }

        private long sizeOfMap(Map<?, ?> map, ContainerShape own, int depth) {
            return sizeOfCollection(map.keySet(), own, depth)
                    + sizeOfCollection(map.values(), ContainerShape.NONE, depth);
        }

        private long sizeOfFields(Object value, Shape shape, int depth) {
            long total = shape.bytes;
            for (Field field : shape.references) {
                total += size(read(field, value), depth + 1);
            }
            return total;
        }

        private static long scale(long bytes, int measured, int count) {
            return measured == count || measured == 0 ? bytes : (long) ((double) bytes / measured * count);
        }
    }

    private static long sizeOfString(String text) {
        int length = text.length();
        int bytesPerChar = 1;
        for (int i = 0; i < length; i++) {
            if (text.charAt(i) > 0xff) {
                bytesPerChar = 2;
                break;
            }
        }
        return 24 + align(ARRAY_HEADER_BYTES + (long) bytesPerChar * length);
    }

    private static long sizeOfPrimitives(Object array, Shape shape) {
        return align(ARRAY_HEADER_BYTES + shape.bytes * Array.getLength(array));
    }

    private static long sizeOfNumber(Object number) {
        if (number instanceof BigDecimal decimal) {
            int digits = decimal.precision();
            return DECIMAL_BYTES + (digits <= LONG_DIGITS ? 0 : sizeOfMagnitude((long) (digits * BITS_PER_DIGIT) + 1));
        }
        return sizeOfMagnitude(((BigInteger) number).bitLength());
    }

    private static long sizeOfMagnitude(long bits) {
        return INTEGER_BYTES + align(ARRAY_HEADER_BYTES + (bits + Integer.SIZE - 1) / Integer.SIZE * Integer.BYTES);
    }

    private enum Kind {
        FIXED,
        NUMBER,
        PRIMITIVES,
        REFERENCES,
        COLLECTION,
        MAP,
        FIELDS
    }

    /**
     * How to measure instances of one class.
     *
     * @param bytes of the object itself, or of an element of a primitive array
     * @param references the fields to follow
     * @param container what a collection takes beside its elements
     */
    private record Shape(Kind kind, long bytes, List<Field> references, ContainerShape container) {

        Shape(Kind kind, long bytes) {
            this(kind, bytes, List.of(), ContainerShape.NONE);
        }

        /** Immutable classes of the JDK whose fields are closed but whose size is known, with what they refer to. */
        private static final Map<Class<?>, Long> KNOWN = Map.of(
                java.time.LocalDateTime.class, 72L,
                java.time.OffsetDateTime.class, 96L,
                java.time.ZonedDateTime.class, 96L,
                java.time.OffsetTime.class, 48L,
                java.net.URI.class, 320L);

        private static final Set<Class<?>> SHARED = Set.of(Class.class, java.time.ZoneOffset.class);

        static Shape of(Class<?> type) {
            if (type.isArray()) {
                Class<?> element = type.getComponentType();
                return element.isPrimitive()
                        ? new Shape(Kind.PRIMITIVES, primitiveBytes(element))
                        : new Shape(Kind.REFERENCES, 0);
            }
            if (isShared(type)) {
                return new Shape(Kind.FIXED, 0);
            }
            Long known = KNOWN.get(type);
            if (known != null) {
                return new Shape(Kind.FIXED, known);
            }
            if (type == BigInteger.class || type == BigDecimal.class) {
                return new Shape(Kind.NUMBER, 0);
            }
            if (type.getModule() == Object.class.getModule()) {
                if (Collection.class.isAssignableFrom(type)) {
                    return new Shape(Kind.COLLECTION, 0, List.of(), ContainerShape.of(type));
                }
                if (Map.class.isAssignableFrom(type)) {
                    return new Shape(Kind.MAP, 0, List.of(), ContainerShape.of(type));
                }
            }
            return ofFields(type);
        }

        private static boolean isShared(Class<?> type) {
            return Enum.class.isAssignableFrom(type)
                    || SHARED.contains(type)
                    || (Immutability.isLambda(type) && Immutability.isStateless(type));
        }

        private static Shape ofFields(Class<?> type) {
            long bytes = HEADER_BYTES;
            long unseen = 0;
            List<Field> references = new ArrayList<>();
            for (Class<?> c = type; c != null; c = c.getSuperclass()) {
                for (Field field : c.getDeclaredFields()) {
                    if (Modifier.isStatic(field.getModifiers())) {
                        continue;
                    }
                    Class<?> fieldType = field.getType();
                    bytes += fieldType.isPrimitive() ? primitiveBytes(fieldType) : REFERENCE_BYTES;
                    if (fieldType.isPrimitive() || isShared(fieldType)) {
                        continue;
                    }
                    if (open(field)) {
                        references.add(field);
                    } else {
                        unseen += UNSEEN_BYTES;
                    }
                }
            }
            Kind kind = references.isEmpty() ? Kind.FIXED : Kind.FIELDS;
            return new Shape(kind, align(bytes) + unseen, List.copyOf(references), ContainerShape.NONE);
        }

        private static boolean open(Field field) {
            try {
                field.setAccessible(true);
                return true;
            } catch (InaccessibleObjectException e) {
                return false; // the constant for what is not seen covers it
            }
        }

        private static int primitiveBytes(Class<?> type) {
            if (type == long.class || type == double.class) {
                return Long.BYTES;
            }
            if (type == int.class || type == float.class) {
                return Integer.BYTES;
            }
            return type == short.class || type == char.class ? Short.BYTES : 1;
        }
    }

    /**
     * What a collection of the JDK takes beside its elements.
     *
     * @param empty of the objects around
     * @param each for each element: its node, or its place in an array that is as large as that
     * @param places how many places there are in an array for each element
     * @param fewest how many places there are at least
     */
    private record ContainerShape(int empty, int each, double places, int fewest) {

        static final ContainerShape NONE = new ContainerShape(0, 0, 0, 0);

        /** Just grown: half of its places are free, as are 3 of 8 in a table that is filled to 3/4 at most. */
        private static final double LIST_PLACES = 1.5;

        private static final double TABLE_PLACES = 2.7;
        private static final int FEWEST_LISTED = 10;
        private static final int FEWEST_IN_TABLE = 16;

        static ContainerShape of(Class<?> type) {
            boolean set = Set.class.isAssignableFrom(type);
            boolean map = Map.class.isAssignableFrom(type);
            if (PlatformTypes.isUnmodifiableMap(type)) {
                return new ContainerShape(24, 0, 4, 0);
            }
            if (PlatformTypes.isUnmodifiableCollection(type) || type.getName().equals("java.util.Arrays$ArrayList")) {
                return new ContainerShape(24, 0, set ? 2 : 1, 0);
            }
            if (type == LinkedList.class) {
                return new ContainerShape(32, 24, 0, 0);
            }
            if (SortedMap.class.isAssignableFrom(type) || SortedSet.class.isAssignableFrom(type)) {
                return new ContainerShape(64, 40, 0, 0);
            }
            if (map || set) {
                boolean plain = type == HashMap.class || type == HashSet.class;
                return new ContainerShape(set ? 80 : 64, plain ? 32 : 40, TABLE_PLACES, FEWEST_IN_TABLE);
            }
            return new ContainerShape(24, 0, LIST_PLACES, FEWEST_LISTED);
        }

        long bytes(int count) {
            if (places == 0) {
                return empty + (long) each * count;
            }
            long taken = count == 0 ? 0 : Math.max(fewest, (long) (places * count));
            return empty + (long) each * count + align(ARRAY_HEADER_BYTES + taken * REFERENCE_BYTES);
        }
    }

    /**
     * Estimates the bytes kept by many records. Every record is looked at: the size of some classes is known, and of
     * others a guess is made from lengths, which costs little. Some records are measured, to learn by how much the
     * guesses are wrong: the first {@value #FIRST}, then some chosen at random, of larger ones more, of the largest all.
     *
     * <p>The same records give the same estimate. Belongs to one thread.
     */
    public static final class Sampler {

        private static final int FIRST = 16;
        private static final int ORDINARY = 256;
        private static final int LARGE = 4 << 10;
        private static final int HUGE = 64 << 10;

        private long exactBytes;

        // Null until a record is of about that size.

        private @Nullable Stratum ordinary;
        private @Nullable Stratum larger;
        private @Nullable Stratum large;

        private @Nullable Class<?> lastType;
        private @Nullable Shape lastShape;

        /**
         * Counts {@code record}.
         *
         * @return about by how much the estimate has grown
         */
        public long add(@Nullable Object record) {
            if (record instanceof String text) {
                return guessed(record, STRING_BYTES + text.length());
            }
            return record == null ? 0 : addObject(record);
        }

        private long addObject(Object record) {
            Class<?> type = record.getClass();
            Shape shape = lastShape;
            if (type != lastType || shape == null) {
                shape = SHAPES.get(type);
                lastType = type;
                lastShape = shape;
            }
            if (shape.kind == Kind.FIXED) {
                return exact(shape.bytes);
            }
            return shape.kind == Kind.PRIMITIVES
                    ? exact(sizeOfPrimitives(record, shape))
                    : guessed(record, Guess.of(record, shape, 0));
        }

        private long exact(long bytes) {
            exactBytes += bytes;
            return bytes;
        }

        private long guessed(Object record, long guess) {
            if (guess < ORDINARY) {
                ordinary = ordinary == null ? new Stratum(64) : ordinary;
                return ordinary.add(record, guess);
            } else if (guess < LARGE) {
                larger = larger == null ? new Stratum(32) : larger;
                return larger.add(record, guess);
            } else if (guess < HUGE) {
                large = large == null ? new Stratum(8) : large;
                return large.add(record, guess);
            }
            return exact(sizeOf(record));
        }

        /** Returns the estimate for everything added so far. */
        public long bytes() {
            return exactBytes + bytesOf(ordinary) + bytesOf(larger) + bytesOf(large);
        }

        private static long bytesOf(@Nullable Stratum stratum) {
            return stratum == null ? 0 : stratum.bytes();
        }

        /** Records of about one size, of which some are measured. */
        private static final class Stratum {

            private final int every;
            private long records;
            private long firstBytes;
            private long firstGuessed;
            private long guessed;
            private long sampled;
            private long sampledBytes;
            private long sampledGuessed;

            /** What a guessed byte stands for among the records after the first. */
            private double ratio = 1;

            private long nextSample = FIRST;
            private long random = 0x9e3779b97f4a7c15L;

            /** @param every one out of so many is measured, a power of two */
            Stratum(int every) {
                this.every = every;
            }

            long add(Object record, long guess) {
                long index = records++;
                if (index < FIRST) {
                    long bytes = sizeOf(record);
                    firstBytes += bytes;
                    firstGuessed += guess;
                    chooseRatio();
                    return bytes;
                }
                guessed += guess;
                if (index == nextSample) {
                    sampledBytes += sizeOf(record);
                    sampledGuessed += guess;
                    sampled++;
                    chooseRatio();
                    chooseNext(index);
                }
                return (long) (ratio * guess);
            }

            /** The first ones count as long as there are not many others; they may be of another kind. */
            private void chooseRatio() {
                ratio = sampled < FIRST
                        ? (double) (firstBytes + sampledBytes) / (firstGuessed + sampledGuessed)
                        : (double) sampledBytes / sampledGuessed;
            }

            /** One in each block of records, so that a period in the data does not meet a period of ours. */
            private void chooseNext(long index) {
                random ^= random << 13;
                random ^= random >>> 7;
                random ^= random << 17;
                long nextBlock = FIRST + ((index - FIRST) / every + 1) * every;
                nextSample = nextBlock + ((random >>> 32) & (every - 1));
            }

            long bytes() {
                return firstBytes + (long) (ratio * guessed);
            }
        }
    }

    /** How large a value seems without a look at what it refers to. */
    private static final class Guess {

        private static final int DEPTH = 3;
        private static final int BYTES_PER_ELEMENT = 24;

        static long of(@Nullable Object value, int depth) {
            if (value == null) {
                return 0;
            }
            return value instanceof String text
                    ? STRING_BYTES + text.length()
                    : of(value, SHAPES.get(value.getClass()), depth);
        }

        static long of(Object value, Shape shape, int depth) {
            return switch (shape.kind) {
                case FIXED -> shape.bytes;
                case PRIMITIVES -> sizeOfPrimitives(value, shape);
                case NUMBER -> sizeOfNumber(value);
                case REFERENCES ->
                    ARRAY_HEADER_BYTES + (long) (REFERENCE_BYTES + BYTES_PER_ELEMENT) * ((Object[]) value).length;
                case COLLECTION -> {
                    int count = ((Collection<?>) value).size();
                    yield shape.container.bytes(count) + (long) BYTES_PER_ELEMENT * count;
                }
                case MAP -> {
                    int count = ((Map<?, ?>) value).size();
                    yield shape.container.bytes(count) + 2L * BYTES_PER_ELEMENT * count;
                }
                case FIELDS -> ofFields(value, shape, depth);
            };
        }

        private static long ofFields(Object value, Shape shape, int depth) {
            long total = shape.bytes;
            if (depth < DEPTH) {
                for (int i = 0; i < shape.references.size(); i++) {
                    total += of(read(shape.references.get(i), value), depth + 1);
                }
            }
            return total;
        }
    }

    private static @Nullable Object read(Field field, Object of) {
        try {
            return field.get(of);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException("The fields of " + of.getClass() + " were readable before", e);
        }
    }
}
