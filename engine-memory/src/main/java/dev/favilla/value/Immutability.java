package dev.favilla.value;

import java.lang.invoke.SerializedLambda;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Proves that a value and everything it refers to can never change, so that it may be shared instead of copied.
 *
 * <p>Proven are: null, boxed values, {@code String}, {@code BigInteger} and {@code BigDecimal} (not subclasses), the
 * value classes of {@code java.time}, optionals, {@code UUID}, {@code URI}, enum constants, {@link ImmutableValue}s,
 * functions that capture nothing or only such values, records of such values, and small unmodifiable collections
 * ({@code List.of} and its kin) and map entries of them. Everything else is not, which never means that it is mutable.
 *
 * <p><b>Cost.</b> What the class alone proves is looked up once per class. Else the value is walked, at most {@value
 * #MAX_DEPTH} levels and {@value #MAX_VALUES} values.
 *
 * <p><b>Threads.</b> Static methods may be called from any thread.
 */
public final class Immutability {

    private static final int MAX_DEPTH = 16;
    private static final int MAX_VALUES = 256;
    private static final int MAX_ELEMENTS = 64;

    /** What a walk returns when it has met something it cannot prove. */
    private static final int NOT_PROVEN = -1;

    private static final Set<Class<?>> VALUES = Set.of(
            Boolean.class,
            Byte.class,
            Short.class,
            Character.class,
            Integer.class,
            Long.class,
            Float.class,
            Double.class,
            String.class,
            BigInteger.class,
            BigDecimal.class,
            UUID.class,
            URI.class,
            OptionalInt.class,
            OptionalLong.class,
            OptionalDouble.class);

    private static final Class<?> ENTRY = Map.entry(1, 1).getClass();

    private static final ClassValue<Proof> PROOFS = new ClassValue<>() {
        @Override
        protected Proof computeValue(Class<?> type) {
            return classify(type, new HashSet<>());
        }
    };

    private Immutability() {}

    /** Returns whether {@code value} is proven to be deeply immutable. */
    public static boolean isDeeplyImmutable(@Nullable Object value) {
        return value == null || walk(value, PROOFS.get(value.getClass()), 0, MAX_VALUES) != NOT_PROVEN;
    }

    /** Returns whether {@code type} is the class of a lambda or method reference. */
    public static boolean isLambda(Class<?> type) {
        return type.isHidden() && type.isSynthetic();
    }

    /** Returns whether instances of {@code type} have no fields, and so nothing that could change. */
    public static boolean isStateless(Class<?> type) {
        for (Class<?> c = type; c != null && c != Object.class; c = c.getSuperclass()) {
            for (var field : c.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers())) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Returns whether every value of a variable declared as {@code type} is proven to be deeply immutable. */
    public static boolean isProvenBy(Class<?> type) {
        return type.isPrimitive()
                || Enum.class.isAssignableFrom(type)
                || (Modifier.isFinal(type.getModifiers()) && PROOFS.get(type).kind == Kind.ALWAYS);
    }

    private static Proof classify(Class<?> type, Set<Class<?>> outer) {
        if (VALUES.contains(type)
                || PlatformTypes.JAVA_TIME.contains(type)
                || Enum.class.isAssignableFrom(type)
                || ImmutableValue.class.isAssignableFrom(type)) {
            return Proof.ALWAYS;
        }
        if (type.isRecord()) {
            return classifyRecord(type, outer);
        }
        if (PlatformTypes.isUnmodifiableCollection(type)) {
            return Proof.of(Kind.COLLECTION);
        }
        if (PlatformTypes.isUnmodifiableMap(type)) {
            return Proof.of(Kind.MAP);
        }
        if (type == ENTRY) {
            return Proof.of(Kind.ENTRY);
        }
        if (type == Optional.class) {
            return Proof.of(Kind.OPTIONAL);
        }
        return isLambda(type) ? classifyLambda(type) : Proof.NEVER;
    }

    private static Proof classifyRecord(Class<?> type, Set<Class<?>> outer) {
        if (!outer.add(type)) {
            return Proof.of(Kind.RECORD); // a record of its own kind inside itself: only the value can tell
        }
        RecordShape shape = RecordShape.of(type);
        boolean[] look = new boolean[shape.size()];
        boolean lookAtAny = false;
        for (int i = 0; i < look.length; i++) {
            Proof component = classifyComponent(shape.types()[i], outer);
            if (component.kind == Kind.NEVER) {
                outer.remove(type);
                return Proof.NEVER;
            }
            look[i] = component.kind != Kind.ALWAYS;
            lookAtAny |= look[i];
        }
        outer.remove(type);
        if (!lookAtAny) {
            return Proof.ALWAYS;
        }
        return shape.isReadable() ? new Proof(Kind.RECORD, shape, look, null) : Proof.NEVER;
    }

    private static Proof classifyComponent(Class<?> declared, Set<Class<?>> outer) {
        if (declared.isPrimitive()
                || Enum.class.isAssignableFrom(declared)
                || ImmutableValue.class.isAssignableFrom(declared)) {
            return Proof.ALWAYS;
        }
        if (Modifier.isFinal(declared.getModifiers())) {
            return classify(declared, outer); // arrays are final too, and end as NEVER
        }
        return Proof.of(Kind.RECORD); // any kind that says: look at the value
    }

    private static Proof classifyLambda(Class<?> type) {
        if (isStateless(type)) {
            return Proof.ALWAYS;
        }
        try {
            Method writeReplace = type.getDeclaredMethod("writeReplace");
            writeReplace.setAccessible(true);
            return new Proof(Kind.LAMBDA, null, null, writeReplace);
        } catch (NoSuchMethodException | InaccessibleObjectException e) {
            return Proof.NEVER; // not serializable, or closed to us: what it captures cannot be seen
        }
    }

    /** Returns how many more values may be looked at after this one, or {@link #NOT_PROVEN}. */
    private static int walk(@Nullable Object value, int depth, int budget) {
        return value == null ? budget - 1 : walk(value, PROOFS.get(value.getClass()), depth, budget);
    }

    private static int walk(Object value, Proof facts, int depth, int budget) {
        if (budget <= 0 || depth > MAX_DEPTH) {
            return NOT_PROVEN;
        }
        int left = budget - 1;
        return switch (facts.kind) {
            case ALWAYS -> left;
            case RECORD -> walkRecord(value, facts, depth, left);
            case LAMBDA -> walkCaptures(value, facts, depth, left);
            case OPTIONAL -> walk(((Optional<?>) value).orElse(null), depth + 1, left);
            case ENTRY -> walkEntry((Map.Entry<?, ?>) value, depth, left);
            case COLLECTION -> walkAll((Collection<?>) value, depth + 1, left);
            case MAP -> walkMap((Map<?, ?>) value, depth, left);
            case NEVER -> NOT_PROVEN;
        };
    }

    private static int walkEntry(Map.Entry<?, ?> entry, int depth, int budget) {
        int left = walk(entry.getKey(), depth + 1, budget);
        return left == NOT_PROVEN ? left : walk(entry.getValue(), depth + 1, left);
    }

    private static int walkMap(Map<?, ?> map, int depth, int budget) {
        int left = walkAll(map.keySet(), depth + 1, budget);
        return left == NOT_PROVEN ? left : walkAll(map.values(), depth + 1, left);
    }

    private static int walkAll(Collection<?> values, int depth, int budget) {
        if (values.size() > MAX_ELEMENTS) {
            return NOT_PROVEN;
        }
        int left = budget;
        for (Object value : values) {
            left = walk(value, depth, left);
            if (left == NOT_PROVEN) {
                return left;
            }
        }
        return left;
    }

    private static int walkRecord(Object record, Proof facts, int depth, int budget) {
        RecordShape shape = facts.record();
        boolean[] look = facts.look();
        int left = budget;
        for (int i = 0; i < look.length && left != NOT_PROVEN; i++) {
            if (look[i]) {
                left = walk(shape.get(record, i), depth + 1, left);
            }
        }
        return left;
    }

    private static int walkCaptures(Object lambda, Proof facts, int depth, int budget) {
        SerializedLambda form;
        try {
            form = (SerializedLambda) facts.writeReplace().invoke(lambda);
        } catch (ReflectiveOperationException | ClassCastException e) {
            return NOT_PROVEN;
        }
        int left = budget;
        for (int i = 0; i < form.getCapturedArgCount() && left != NOT_PROVEN; i++) {
            left = walk(form.getCapturedArg(i), depth + 1, left);
        }
        return left;
    }

    /** Asked of values that are proven only, and so bounded in depth and number. */
    private static boolean hasGap(@Nullable Object value) {
        if (value == null) {
            return true;
        }
        Proof facts = PROOFS.get(value.getClass());
        return switch (facts.kind) {
            case RECORD -> hasGapInRecord(value, facts);
            case OPTIONAL -> hasGap(((Optional<?>) value).orElse(null));
            case ENTRY -> hasGap(((Map.Entry<?, ?>) value).getKey()) || hasGap(((Map.Entry<?, ?>) value).getValue());
            case COLLECTION -> hasGapInAny((Collection<?>) value);
            case MAP -> hasGapInAny(((Map<?, ?>) value).keySet()) || hasGapInAny(((Map<?, ?>) value).values());
            case ALWAYS, LAMBDA, NEVER -> false;
        };
    }

    private static boolean hasGapInRecord(Object record, Proof facts) {
        RecordShape shape = facts.record();
        boolean[] look = facts.look();
        for (int i = 0; i < look.length; i++) {
            if (look[i] && hasGap(shape.get(record, i))) {
                return true;
            }
        }
        return false;
    }

    private static boolean hasGapInAny(Collection<?> values) {
        for (Object value : values) {
            if (hasGap(value)) {
                return true;
            }
        }
        return values.isEmpty();
    }

    private enum Kind {
        ALWAYS,
        NEVER,
        RECORD,
        LAMBDA,
        OPTIONAL,
        ENTRY,
        COLLECTION,
        MAP
    }

    /** What a class tells of its instances. */
    private static final class Proof {

        static final Proof ALWAYS = of(Kind.ALWAYS);
        static final Proof NEVER = of(Kind.NEVER);

        final Kind kind;
        private final @Nullable RecordShape record;

        /** Which components of the record are not settled by their declared type. */
        private final boolean @Nullable [] look;

        private final @Nullable Method writeReplace;

        Proof(Kind kind, @Nullable RecordShape record, boolean @Nullable [] look, @Nullable Method writeReplace) {
            this.kind = kind;
            this.record = record;
            this.look = look;
            this.writeReplace = writeReplace;
        }

        static Proof of(Kind kind) {
            return new Proof(kind, null, null, null);
        }

        RecordShape record() {
            return Objects.requireNonNull(record);
        }

        boolean[] look() {
            return Objects.requireNonNull(look);
        }

        Method writeReplace() {
            return Objects.requireNonNull(writeReplace);
        }
    }

    /**
     * Asks the same question for many values, most of one class. Belongs to one thread.
     */
    public static final class Checker {

        private @Nullable Class<?> lastAlways;

        /** Returns whether {@code value} is proven to be deeply immutable. */
        public boolean check(@Nullable Object value) {
            if (value == null || value.getClass() == lastAlways) {
                return true;
            }
            Proof facts = PROOFS.get(value.getClass());
            if (facts.kind == Kind.ALWAYS) {
                lastAlways = value.getClass();
                return true;
            }
            return walk(value, facts, 0, MAX_VALUES) != NOT_PROVEN;
        }

        /**
         * Returns whether {@code value} is proven to be deeply immutable, and nothing in it is absent in whose place
         * another value of its kind might have something that can change: a null, an empty optional or collection.
         */
        public boolean checkWithoutGaps(@Nullable Object value) {
            return value != null && check(value) && (value.getClass() == lastAlways || !hasGap(value));
        }
    }
}
