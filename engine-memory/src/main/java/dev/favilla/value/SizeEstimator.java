package dev.favilla.value;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tells how many bytes of heap a record keeps, in the layout of a 64-bit JVM with compressed references.
 *
 * <p>Exact for boxed values, strings, arrays of primitives, and records, arrays and objects with readable fields made
 * of them. Collections of the JDK are counted from outside: elements plus what each costs, with the spare capacity they
 * may have. Where fields are closed, a constant stands for each. A value reached twice counts twice: the error is on
 * the safe side.
 *
 * <p><b>Cost.</b> A bounded walk: of long arrays and collections a sample is measured. See {@link Sampler} for many
 * records.
 *
 * <p><b>Threads.</b> May be used from any thread.
 */
public final class SizeEstimator {

    private static final int HEADER_BYTES = 12;
    private static final int ARRAY_HEADER_BYTES = 16;
    private static final int REFERENCE_BYTES = 4;
    private static final int MAX_DEPTH = 32;
    private static final int MAX_OBJECTS = 4096;
    private static final int MEASURED_ELEMENTS = 128;

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
                case PRIMITIVES -> align(ARRAY_HEADER_BYTES + shape.bytes * Array.getLength(value));
                case REFERENCES -> sizeOfArray((@Nullable Object[]) value, depth);
                case COLLECTION -> sizeOfCollection((Collection<?>) value, shape.bytes, depth);
                case MAP -> sizeOfMap((Map<?, ?>) value, shape.bytes, depth);
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

        private long sizeOfCollection(Collection<?> values, long bytesEach, int depth) {
            int count = values.size();
            int measured = Math.min(count, MEASURED_ELEMENTS);
            long elements = 0;
            Iterator<?> iterator = values.iterator();
            int seen = 0;
            while (seen < measured && iterator.hasNext()) {
                elements += size(iterator.next(), depth + 1);
                seen++;
            }
            return Shape.CONTAINER_BYTES + align(bytesEach * count) + scale(elements, seen, count);
        }

        private long sizeOfMap(Map<?, ?> map, long bytesEach, int depth) {
            return sizeOfCollection(map.keySet(), bytesEach, depth)
                    + sizeOfCollection(map.values(), 0, depth)
                    - Shape.CONTAINER_BYTES;
        }

        private long sizeOfFields(Object value, Shape shape, int depth) {
            long total = shape.bytes;
            for (Field field : shape.references) {
                try {
                    total += size(field.get(value), depth + 1);
                } catch (IllegalAccessException e) {
                    throw new IllegalStateException("The fields of " + value.getClass() + " were readable before", e);
                }
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

    private enum Kind {
        FIXED,
        PRIMITIVES,
        REFERENCES,
        COLLECTION,
        MAP,
        FIELDS
    }

    /**
     * How to measure instances of one class.
     *
     * @param bytes of the object itself, of an element of a primitive array, or of a collection for each element
     * @param references the fields to follow
     */
    private record Shape(Kind kind, long bytes, List<Field> references) {

        /** A collection without its elements; empty ones of the JDK are from 16 to 64 bytes. */
        static final long CONTAINER_BYTES = 64;

        /** Immutable classes of the JDK whose fields are closed but whose size is known, with what they refer to. */
        private static final Map<Class<?>, Long> KNOWN = Map.of(
                java.time.LocalDateTime.class, 72L,
                java.time.OffsetDateTime.class, 96L,
                java.time.ZonedDateTime.class, 96L,
                java.time.OffsetTime.class, 48L,
                java.math.BigInteger.class, 96L,
                java.math.BigDecimal.class, 104L,
                java.net.URI.class, 320L);

        private static final Set<Class<?>> SHARED = Set.of(Class.class, java.time.ZoneOffset.class);

        static Shape of(Class<?> type) {
            if (type.isArray()) {
                Class<?> element = type.getComponentType();
                return element.isPrimitive()
                        ? new Shape(Kind.PRIMITIVES, primitiveBytes(element), List.of())
                        : new Shape(Kind.REFERENCES, 0, List.of());
            }
            if (isShared(type)) {
                return new Shape(Kind.FIXED, 0, List.of());
            }
            Long known = KNOWN.get(type);
            if (known != null) {
                return new Shape(Kind.FIXED, known, List.of());
            }
            if (type.getModule() == Object.class.getModule()) {
                if (Collection.class.isAssignableFrom(type)) {
                    return new Shape(Kind.COLLECTION, collectionBytesEach(type), List.of());
                }
                if (Map.class.isAssignableFrom(type)) {
                    return new Shape(Kind.MAP, mapBytesEach(type), List.of());
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
            return new Shape(kind, align(bytes) + unseen, List.copyOf(references));
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

        /** References, with the half more that a grown list has; nodes and tables for the others. */
        private static int collectionBytesEach(Class<?> type) {
            if (PlatformTypes.isUnmodifiableCollection(type) || type.getName().equals("java.util.Arrays$ArrayList")) {
                return Set.class.isAssignableFrom(type) ? 2 * REFERENCE_BYTES : REFERENCE_BYTES;
            }
            if (type == java.util.LinkedList.class) {
                return 24;
            }
            if (Set.class.isAssignableFrom(type)) {
                return mapBytesEach(
                        type == java.util.HashSet.class ? java.util.HashMap.class : java.util.LinkedHashMap.class);
            }
            return 2 * REFERENCE_BYTES;
        }

        private static int mapBytesEach(Class<?> type) {
            if (PlatformTypes.isUnmodifiableMap(type)) {
                return 4 * REFERENCE_BYTES;
            }
            // A node, and at worst 2.7 places in the table.
            int node = type == java.util.HashMap.class ? 32 : 40;
            return node + 3 * REFERENCE_BYTES;
        }
    }

    /**
     * Estimates the bytes kept by many records from some of them: the first {@value #FIRST}, then one chosen at random
     * out of every {@value #EVERY}. Long strings and byte arrays are all measured, since one missed is a large error.
     *
     * <p>The same records give the same estimate. Belongs to one thread.
     */
    public static final class Sampler {

        private static final int FIRST = 16;
        private static final int EVERY = 64;
        private static final int LONG_RECORD = 4096;

        private long exactBytes;
        private long ordinaryRecords;
        private long sampledBytes;
        private long sampledRecords;
        private long nextSample;
        private long random = 0x9e3779b97f4a7c15L;

        /** Counts {@code record}, and measures it if it is its turn. */
        public void add(@Nullable Object record) {
            if ((record instanceof String text && text.length() >= LONG_RECORD)
                    || (record instanceof byte[] bytes && bytes.length >= LONG_RECORD)) {
                exactBytes += sizeOf(record);
                return;
            }
            long index = ordinaryRecords++;
            if (index < FIRST) {
                exactBytes += sizeOf(record);
                nextSample = FIRST;
            } else if (index == nextSample) {
                sampledBytes += sizeOf(record);
                sampledRecords++;
                chooseNext(index);
            }
        }

        /** One in each block of records, so that a period in the data does not meet a period of ours. */
        private void chooseNext(long index) {
            random ^= random << 13;
            random ^= random >>> 7;
            random ^= random << 17;
            long nextBlock = FIRST + ((index - FIRST) / EVERY + 1) * EVERY;
            nextSample = nextBlock + (random >>> 58); // the upper 6 bits: from 0 to 63
        }

        /** Returns the estimate for everything added so far. */
        public long bytes() {
            long others = ordinaryRecords - FIRST;
            if (others <= 0 || sampledRecords == 0) {
                return exactBytes;
            }
            return exactBytes + (long) ((double) sampledBytes / sampledRecords * others);
        }
    }
}
