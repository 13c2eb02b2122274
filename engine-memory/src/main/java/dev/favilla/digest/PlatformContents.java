package dev.favilla.digest;

import dev.favilla.value.PlatformTypes;
import dev.favilla.value.StableHash;
import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.net.URL;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Calendar;
import java.util.Collection;
import java.util.Collections;
import java.util.Date;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Properties;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/** What the content of the JDK's own classes is, whose fields nobody may read. */
final class PlatformContents {

    // What collections and maps begin with; any three numbers.
    private static final long LIST = 0x4c49535400000000L;
    private static final long SET = 0x5345540000000000L;
    private static final long MAP = 0x4d41500000000000L;

    /** Made of a number and one element, so as short to write as it would be long to walk. */
    private static final Class<?> COPIES = Collections.nCopies(1, 1).getClass();

    /** By its name only: nothing here may touch files. */
    private static final String PATH = "java.nio.file.Path";

    private static final Map<Class<?>, ContentKind.Reader> LEAVES = leaves();
    private static final Map<Class<?>, ContentKind.Reader> HOLDERS = holders();

    private PlatformContents() {}

    /**
     * How the elements of a collection or map are hashed.
     *
     * @param seed the same for all classes of which equality makes no difference
     */
    record Container(ContentKind.Reader reader, long seed) {}

    /** A leaf that all instances of a class can be turned into. */
    private interface Bits<T> {

        long of(T value);
    }

    private interface Text<T> {

        String of(T value);
    }

    private interface Part<T> {

        @Nullable
        Object of(T value);
    }

    private static <T> void bits(Map<Class<?>, ContentKind.Reader> readers, Class<T> type, Bits<T> bits) {
        readers.put(type, (walk, value, seed) -> ContentHash.ofBits(seed, bits.of(type.cast(value))));
    }

    private static <T> ContentKind.Reader text(Class<T> type, Text<T> text) {
        return (walk, value, seed) -> ContentHash.ofText(seed, text.of(type.cast(value)));
    }

    private static <T> void part(Map<Class<?>, ContentKind.Reader> readers, Class<T> type, Part<T> part) {
        readers.put(
                type,
                (walk, value, seed) -> StableHash.mix(ContentHash.join(seed, walk.of(part.of(type.cast(value))))));
    }

    private static Map<Class<?>, ContentKind.Reader> leaves() {
        Map<Class<?>, ContentKind.Reader> leaves = new HashMap<>();
        bits(leaves, Boolean.class, value -> value ? 1 : 0);
        bits(leaves, Byte.class, Byte::longValue);
        bits(leaves, Short.class, Short::longValue);
        bits(leaves, Character.class, value -> value);
        bits(leaves, Integer.class, Integer::longValue);
        bits(leaves, Long.class, value -> value);
        bits(leaves, Float.class, Float::floatToIntBits);
        bits(leaves, Double.class, Double::doubleToLongBits);
        bits(leaves, AtomicBoolean.class, value -> value.get() ? 1 : 0);
        bits(leaves, AtomicInteger.class, AtomicInteger::get);
        bits(leaves, AtomicLong.class, AtomicLong::get);
        bits(leaves, Date.class, Date::getTime);
        bits(leaves, OptionalInt.class, value -> value.isPresent() ? value.getAsInt() : Long.MIN_VALUE);
        leaves.put(UUID.class, (walk, value, seed) -> ContentHash.ofUuid(seed, (UUID) value));
        leaves.put(BigInteger.class, (walk, value, seed) -> ContentHash.ofBigInteger(seed, (BigInteger) value));
        leaves.put(BigDecimal.class, (walk, value, seed) -> ContentHash.ofBigDecimal(seed, (BigDecimal) value));
        leaves.put(URI.class, text(URI.class, URI::toString));
        leaves.put(URL.class, text(URL.class, URL::toExternalForm));
        leaves.put(Class.class, (walk, value, seed) -> ContentHash.ofText(seed, ((Class<?>) value).getName()));
        leaves.put(StringBuilder.class, text(CharSequence.class, CharSequence::toString));
        leaves.put(StringBuffer.class, text(CharSequence.class, CharSequence::toString));
        leaves.put(BitSet.class, (walk, value, seed) -> ContentHash.ofLongs(seed, ((BitSet) value).toLongArray()));
        for (Class<?> time : PlatformTypes.JAVA_TIME) {
            leaves.put(time, text(Object.class, Object::toString));
        }
        return Map.copyOf(leaves);
    }

    private static Map<Class<?>, ContentKind.Reader> holders() {
        Map<Class<?>, ContentKind.Reader> holders = new HashMap<>();
        part(holders, Optional.class, value -> ((Optional<?>) value).orElse(null));
        part(holders, OptionalLong.class, value -> value.isPresent() ? value.getAsLong() : null);
        part(holders, OptionalDouble.class, value -> value.isPresent() ? value.getAsDouble() : null);
        part(holders, AtomicReference.class, value -> ((AtomicReference<?>) value).get());
        holders.put(AtomicReferenceArray.class, (walk, value, seed) -> {
            AtomicReferenceArray<?> array = (AtomicReferenceArray<?>) value;
            long hash = seed;
            for (int i = 0; i < array.length(); i++) {
                hash = ContentHash.join(hash, walk.of(array.get(i)));
            }
            return StableHash.mix(hash);
        });
        holders.put(AtomicLongArray.class, (walk, value, seed) -> {
            AtomicLongArray array = (AtomicLongArray) value;
            long hash = seed;
            for (int i = 0; i < array.length(); i++) {
                hash = ContentHash.join(hash, array.get(i));
            }
            return StableHash.mix(hash);
        });
        holders.put(AtomicIntegerArray.class, (walk, value, seed) -> {
            AtomicIntegerArray array = (AtomicIntegerArray) value;
            long hash = seed;
            for (int i = 0; i < array.length(); i++) {
                hash = ContentHash.join(hash, array.get(i));
            }
            return StableHash.mix(hash);
        });
        return Map.copyOf(holders);
    }

    /** Returns how arrays of this class are hashed: by their elements in order. */
    static ContentKind.Reader array(Class<?> type) {
        if (!type.getComponentType().isPrimitive()) {
            return PlatformContents::ofElements;
        }
        return (walk, value, seed) -> {
            walk.spend(Array.getLength(value));
            if (value instanceof byte[] bytes) {
                return ContentHash.ofBytes(seed, bytes);
            }
            if (value instanceof long[] longs) {
                return ContentHash.ofLongs(seed, longs);
            }
            if (value instanceof int[] ints) {
                return ContentHash.ofInts(seed, ints);
            }
            if (value instanceof double[] doubles) {
                return ContentHash.ofDoubles(seed, doubles);
            }
            if (value instanceof float[] floats) {
                return ContentHash.ofFloats(seed, floats);
            }
            if (value instanceof char[] chars) {
                return ContentHash.ofChars(seed, chars);
            }
            return value instanceof short[] shorts
                    ? ContentHash.ofShorts(seed, shorts)
                    : ContentHash.ofBooleans(seed, (boolean[]) value);
        };
    }

    /** Returns how instances of a class that contain nothing to be walked are hashed; null if they are no such. */
    static ContentKind.@Nullable Reader leaf(Class<?> type) {
        ContentKind.Reader known = LEAVES.get(type);
        if (known != null || !PlatformTypes.isPlatform(type)) {
            return known;
        }
        if (Arrays.stream(type.getInterfaces()).anyMatch(each -> each.getName().equals(PATH))) {
            return text(Object.class, Object::toString);
        }
        if (Charset.class.isAssignableFrom(type)) {
            return text(Charset.class, Charset::name);
        }
        if (ByteBuffer.class.isAssignableFrom(type)) {
            return (walk, value, seed) -> ofBuffer(seed, (ByteBuffer) value);
        }
        if (CharBuffer.class.isAssignableFrom(type)) {
            return (walk, value, seed) -> ofBuffer(seed, (CharBuffer) value);
        }
        return Calendar.class.isAssignableFrom(type) ? (walk, value, seed) -> ofCalendar(seed, (Calendar) value) : null;
    }

    /** What was put in before the position is there to be read, too. */
    private static long ofBuffer(long seed, ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.capacity()];
        buffer.duplicate().clear().get(bytes);
        long hash = ContentHash.join(ContentHash.join(seed, buffer.position()), buffer.limit());
        return ContentHash.ofBytes(hash, bytes);
    }

    private static long ofBuffer(long seed, CharBuffer buffer) {
        long hash = ContentHash.join(ContentHash.join(seed, buffer.position()), buffer.limit());
        return ContentHash.ofText(hash, buffer.duplicate().clear().toString());
    }

    /** A copy is asked, because a calendar that is asked changes. */
    private static long ofCalendar(long seed, Calendar calendar) {
        Calendar copy = (Calendar) calendar.clone();
        long hash = ContentHash.join(seed, copy.getTimeInMillis());
        hash = ContentHash.join(hash, copy.isLenient() ? 1 : 0);
        hash = ContentHash.join(hash, copy.getFirstDayOfWeek() * 8L + copy.getMinimalDaysInFirstWeek());
        hash = ContentHash.join(hash, copy.getTimeZone().getRawOffset());
        return ContentHash.ofText(hash, copy.getTimeZone().getID());
    }

    /** Returns how instances of a class with one or a few things in it are hashed; null if they are no such. */
    static ContentKind.@Nullable Reader holder(Class<?> type) {
        ContentKind.Reader known = HOLDERS.get(type);
        if (known != null) {
            return known;
        }
        return Map.Entry.class.isAssignableFrom(type)
                ? (walk, value, seed) -> ofEntry(walk, (Map.Entry<?, ?>) value)
                : null;
    }

    /** Returns how instances of a class with any number of things in it are hashed; null if they are no such. */
    static @Nullable Container container(Class<?> type) {
        if (type == COPIES) {
            return null;
        }
        if (Set.class.isAssignableFrom(type)) {
            return new Container((walk, value, seed) -> ofSet(walk, (Set<?>) value, seed), SET);
        }
        if (Collection.class.isAssignableFrom(type)) { // what is not said to be a set may be a list after a copy
            return new Container((walk, value, seed) -> ofOrdered(walk, (Collection<?>) value, seed), LIST);
        }
        if (Properties.class.isAssignableFrom(type)) {
            return new Container((walk, value, seed) -> ofProperties(walk, (Properties) value, seed), MAP);
        }
        return Map.class.isAssignableFrom(type)
                ? new Container((walk, value, seed) -> ofMap(walk, (Map<?, ?>) value, seed), MAP)
                : null;
    }

    private static long ofElements(ContentWalk walk, Object array, long seed) {
        Object[] elements = (Object[]) array;
        long hash = ContentHash.join(seed, elements.length);
        for (Object element : elements) {
            hash = ContentHash.join(hash, walk.of(element));
        }
        walk.spend(elements.length);
        return StableHash.mix(hash);
    }

    private static long ofOrdered(ContentWalk walk, Collection<?> values, long seed) {
        long hash = seed;
        int size = 0;
        for (Object value : values) {
            hash = ContentHash.join(hash, walk.of(value));
            size++;
        }
        walk.spend(size);
        return StableHash.mix(ContentHash.join(hash, size));
    }

    /** The order of a set changes from run to run. */
    private static long ofSet(ContentWalk walk, Set<?> values, long seed) {
        long hash = seed;
        int size = 0;
        for (Object value : values) {
            hash += StableHash.mix(walk.of(value));
            size++;
        }
        walk.spend(size);
        return StableHash.mix(ContentHash.join(hash, size));
    }

    private static long ofMap(ContentWalk walk, Map<?, ?> map, long seed) {
        long hash = seed;
        int size = 0;
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            hash += ofEntry(walk, entry);
            size++;
        }
        walk.spend(size);
        return StableHash.mix(ContentHash.join(hash, size));
    }

    private static long ofEntry(ContentWalk walk, Map.Entry<?, ?> entry) {
        return StableHash.mix(ContentHash.join(walk.of(entry.getKey()), walk.of(entry.getValue())));
    }

    /** Defaults are found under their names, but are no entries. */
    private static long ofProperties(ContentWalk walk, Properties properties, long seed) {
        Map<String, @Nullable String> found = new HashMap<>();
        for (String name : properties.stringPropertyNames()) {
            found.put(name, properties.getProperty(name));
        }
        return ofMap(walk, found, ofMap(walk, properties, seed));
    }
}
