package dev.favilla.serializer;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The walk behind {@link StableHash#content}. */
final class ContentHash {

    /** The hash of what has none; no other value's hash is this. */
    static final long UNDEFINED = 0;

    private static final int MAX_DEPTH = 16;
    private static final int MAX_ELEMENTS = 64;

    // What an empty list, set and map begin with; any three numbers.
    private static final long LIST = 0x4c49535400000000L;
    private static final long SET = 0x5345540000000000L;
    private static final long MAP = 0x4d41500000000000L;

    private static final Set<Class<?>> BOXED = Set.of(
            Boolean.class,
            Byte.class,
            Short.class,
            Character.class,
            Integer.class,
            Long.class,
            Float.class,
            Double.class);

    private static final ClassValue<Facts> FACTS = new ClassValue<>() {
        @Override
        protected Facts computeValue(Class<?> type) {
            return classify(type);
        }
    };

    private ContentHash() {}

    private static Facts classify(Class<?> type) {
        Kind kind = kindOf(type);
        RecordShape shape = kind == Kind.RECORD ? RecordShape.of(type) : null;
        if (shape != null && !shape.isReadable()) {
            kind = Kind.NONE;
        }
        // Two values of different classes are different content. The name, because it is the same in every run.
        return new Facts(kind, StableHash.mix(type.getName().hashCode()), shape);
    }

    private static Kind kindOf(Class<?> type) {
        if (BOXED.contains(type)) {
            return Kind.BOXED;
        }
        if (type == String.class) {
            return Kind.STRING;
        }
        if (type == UUID.class) {
            return Kind.UUID;
        }
        if (type == BigInteger.class
                || type == BigDecimal.class
                || type == URI.class
                || Immutability.JAVA_TIME.contains(type)) {
            return Kind.TEXT;
        }
        if (Enum.class.isAssignableFrom(type)) {
            return Kind.ENUM;
        }
        if (type.isRecord()) {
            return Kind.RECORD;
        }
        if (Immutability.isUnmodifiableCollection(type)) {
            return Kind.COLLECTION;
        }
        return Immutability.isUnmodifiableMap(type) ? Kind.MAP : Kind.NONE;
    }

    /** Returns the hash of {@code value}, or {@link #UNDEFINED} if a part of it has none. */
    static long of(@Nullable Object value) {
        return of(value, 0);
    }

    private static long of(@Nullable Object value, int depth) {
        if (value == null) {
            return StableHash.mix(0);
        }
        Facts facts = FACTS.get(value.getClass());
        if (facts.kind == Kind.NONE || (!facts.kind.leaf && depth > MAX_DEPTH)) {
            return UNDEFINED;
        }
        return switch (facts.kind) {
            case BOXED -> defined(StableHash.mix(facts.salt ^ bits(value)));
            case STRING -> ofText(facts.salt, (String) value);
            case UUID -> ofUuid(facts.salt, (UUID) value);
            case TEXT -> ofText(facts.salt, value.toString());
            case ENUM -> ofText(facts.salt, ((Enum<?>) value).name());
            case RECORD -> ofRecord(value, facts, depth);
            case COLLECTION -> ofCollection((Collection<?>) value, depth);
            case MAP -> ofMap((Map<?, ?>) value, depth);
            case NONE -> UNDEFINED;
        };
    }

    /** One hash in 2^64 would be taken for none. */
    private static long defined(long hash) {
        return hash == UNDEFINED ? 1 : hash;
    }

    private static long ofUuid(long salt, UUID uuid) {
        return defined(
                StableHash.mix(StableHash.mix(salt ^ uuid.getMostSignificantBits()) ^ uuid.getLeastSignificantBits()));
    }

    private static long bits(Object boxed) {
        if (boxed instanceof Double number) {
            return Double.doubleToLongBits(number);
        }
        if (boxed instanceof Float number) {
            return Float.floatToIntBits(number);
        }
        if (boxed instanceof Number number) {
            return number.longValue();
        }
        return boxed instanceof Character character ? character : (Boolean) boxed ? 1 : 0;
    }

    /**
     * The cached hash and the length are free; the first and last four characters make short texts exact, where the
     * 32 bits of the hash collide most easily ({@code "Aa"} and {@code "BB"}).
     */
    private static long ofText(long salt, String text) {
        int length = text.length();
        long head = 0;
        long tail = 0;
        for (int i = 0; i < Math.min(4, length); i++) {
            head = head << Character.SIZE | text.charAt(i);
            tail = tail << Character.SIZE | text.charAt(length - 1 - i);
        }
        long hash = StableHash.mix(salt ^ ((long) text.hashCode() << Integer.SIZE | length));
        hash = StableHash.mix(hash ^ head);
        return defined(length <= 4 ? hash : StableHash.mix(hash ^ tail));
    }

    private static long ofRecord(Object record, Facts facts, int depth) {
        RecordShape shape = Objects.requireNonNull(facts.record);
        long hash = facts.salt;
        for (int i = 0; i < shape.size(); i++) {
            long component = of(shape.get(record, i), depth + 1);
            if (component == UNDEFINED) {
                return UNDEFINED;
            }
            hash = StableHash.mix(hash ^ component);
        }
        return defined(hash);
    }

    /** The classes of {@code List.of(1)} and {@code List.of(1, 2, 3)} differ; what they are does not. */
    private static long ofCollection(Collection<?> values, int depth) {
        if (values.size() > MAX_ELEMENTS) {
            return UNDEFINED;
        }
        long hash = (values instanceof List ? LIST : SET) ^ values.size();
        for (Object value : values) {
            long element = of(value, depth + 1);
            if (element == UNDEFINED) {
                return UNDEFINED;
            }
            // The order of a set changes from run to run.
            hash = values instanceof List ? StableHash.mix(hash ^ element) : hash + StableHash.mix(element);
        }
        return defined(StableHash.mix(hash));
    }

    private static long ofMap(Map<?, ?> map, int depth) {
        if (map.size() > MAX_ELEMENTS) {
            return UNDEFINED;
        }
        long hash = MAP ^ map.size();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            long key = of(entry.getKey(), depth + 1);
            long value = of(entry.getValue(), depth + 1);
            if (key == UNDEFINED || value == UNDEFINED) {
                return UNDEFINED;
            }
            hash += StableHash.mix(key ^ StableHash.mix(value));
        }
        return defined(StableHash.mix(hash));
    }

    private enum Kind {
        BOXED(true),
        STRING(true),
        UUID(true),
        TEXT(true),
        ENUM(true),
        RECORD(false),
        COLLECTION(false),
        MAP(false),
        NONE(false);

        final boolean leaf;

        Kind(boolean leaf) {
            this.leaf = leaf;
        }
    }

    /** What a class tells of its instances. */
    private static final class Facts {

        final Kind kind;
        final long salt;
        final @Nullable RecordShape record;

        Facts(Kind kind, long salt, @Nullable RecordShape record) {
            this.kind = kind;
            this.salt = salt;
            this.record = record;
        }
    }
}
