package dev.favilla.value;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Hashes that are the same in every run, and so may decide where a record goes.
 *
 * <p>{@link #of} is {@code hashCode()} wherever that can be trusted. It differs for enums, whose own hash is their
 * identity, for classes, and for records, collections, maps, entries and optionals that contain them.
 *
 * <p><b>Threads.</b> May be called from any thread. What a class tells is looked up once per class.
 */
public final class StableHash {

    private static final ClassValue<KeyTraits> TRAITS = new ClassValue<>() {
        @Override
        protected KeyTraits computeValue(Class<?> type) {
            return classify(type, new HashSet<>());
        }
    };

    private StableHash() {}

    /**
     * Returns the hash of a key: 0 for null; of the name for enum constants and classes; {@code 31 * h + hash of the component},
     * from 0, for records that may contain enums and do not define {@code hashCode} themselves; for lists, sets, maps,
     * map entries and optionals of the JDK what their contract says, of the hashes that this method returns for what is
     * in them; else {@code key.hashCode()}.
     *
     * <p>A class that hashes an enum in a {@code hashCode} of its own hashes its identity: its records go to other
     * partitions in another run. Hash the name instead, or make it a record.
     *
     * @throws UnsupportedKeyException if the key is an array or of a class that has only one of {@code equals} and {@code
     *     hashCode} or none, or contains such a thing: equal keys would not meet
     */
    public static int of(@Nullable Object key) {
        if (key == null) {
            return 0;
        }
        if (key instanceof String || key instanceof Long || key instanceof Integer) {
            return key.hashCode();
        }
        KeyTraits facts = TRAITS.get(key.getClass());
        return switch (facts.kind) {
            case OWN -> key.hashCode();
            case ENUM -> ((Enum<?>) key).name().hashCode();
            case CLASS -> ((Class<?>) key).getName().hashCode();
            case RECORD -> ofRecord(key, facts.record());
            case LIST -> ofList((List<?>) key);
            case SET -> ofSet((Set<?>) key);
            case MAP -> ofMap((Map<?, ?>) key);
            case ENTRY -> ofEntry((Map.Entry<?, ?>) key);
            case OPTIONAL -> of(((Optional<?>) key).orElse(null));
            case REFUSED -> throw new UnsupportedKeyException(facts.refusal());
        };
    }

    /**
     * Checks that a value can be a key where its hash itself is not needed.
     *
     * @throws UnsupportedKeyException as {@link #of} does
     */
    public static void requireKey(@Nullable Object key) {
        int unused = of(key);
    }

    /** Spreads every bit of {@code bits} over all 64; a bijection, so distinct values stay distinct. */
    public static long mix(long bits) {
        long z = bits + 0x9e3779b97f4a7c15L; // so that 0 does not stay 0; the rest is Stafford's variant 13
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }

    private static int ofRecord(Object record, RecordShape shape) {
        int hash = 0;
        for (int i = 0; i < shape.size(); i++) {
            hash = 31 * hash + of(shape.get(record, i));
        }
        return hash;
    }

    private static int ofList(List<?> list) {
        int hash = 1;
        for (Object element : list) {
            hash = 31 * hash + of(element);
        }
        return hash;
    }

    private static int ofSet(Set<?> set) {
        int hash = 0;
        for (Object element : set) {
            hash += of(element);
        }
        return hash;
    }

    private static int ofMap(Map<?, ?> map) {
        int hash = 0;
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            hash += ofEntry(entry);
        }
        return hash;
    }

    private static int ofEntry(Map.Entry<?, ?> entry) {
        return of(entry.getKey()) ^ of(entry.getValue());
    }

    private static KeyTraits classify(Class<?> type, Set<Class<?>> outer) {
        if (type.isArray()) {
            return KeyTraits.refused(type.getTypeName() + " cannot be a key: two arrays with equal elements are neither"
                    + " equal nor have equal hashes. Use a List or a record of the elements instead.");
        }
        if (Enum.class.isAssignableFrom(type)) {
            return KeyTraits.of(Kind.ENUM);
        }
        if (type == Class.class) {
            return KeyTraits.of(Kind.CLASS);
        }
        Method hashCode = publicMethod(type, "hashCode");
        Method equals = publicMethod(type, "equals", Object.class);
        String refusal = refusal(type, hashCode, equals);
        if (refusal != null) {
            return KeyTraits.refused(refusal);
        }
        Kind container = containerKind(type);
        if (container != null) {
            return KeyTraits.of(container);
        }
        return type.isRecord() && isByCompiler(hashCode) ? classifyRecord(type, outer) : KeyTraits.of(Kind.OWN);
    }

    /** Returns why equal keys of this class would not meet; null if they do. */
    private static @Nullable String refusal(Class<?> type, Method hashCode, Method equals) {
        if (hashCode.getDeclaringClass() == Object.class) {
            return type.getName() + " cannot be a key: it inherits hashCode from Object, so equal keys have different"
                    + " hashes. Give it equals and hashCode, or use a record or a List instead.";
        }
        if (equals.getDeclaringClass() == Object.class && !isScalaObject(type)) {
            return type.getName() + " cannot be a key: it has a hashCode of its own but inherits equals from Object, so"
                    + " no key equals another, not even its own copy. Give it equals, too, or use a record or a List"
                    + " instead.";
        }
        if (type.isRecord() && isByCompiler(hashCode) && !isByCompiler(equals)) {
            return type.getName() + " cannot be a key: this record has an equals of its own but the hashCode of the"
                    + " compiler, so keys that it takes for equal may have different hashes. Give it hashCode, too, or"
                    + " leave both to the compiler.";
        }
        return null;
    }

    /** What the compiler writes into a record is final; who writes it by hand hardly says so. */
    private static boolean isByCompiler(Method ofRecord) {
        return Modifier.isFinal(ofRecord.getModifiers());
    }

    /** There is one instance, which knows itself by identity: Scala gives it a hash of its name, and no equals. */
    private static boolean isScalaObject(Class<?> type) {
        try {
            Field instance = type.getField("MODULE$");
            return Modifier.isStatic(instance.getModifiers()) && instance.getType() == type;
        } catch (NoSuchFieldException e) {
            return false;
        }
    }

    /** Only those of the JDK: what a user's own container makes of its elements is its affair. */
    private static @Nullable Kind containerKind(Class<?> type) {
        if (type.getClassLoader() != null) {
            return null;
        }
        if (type == Optional.class) {
            return Kind.OPTIONAL;
        }
        if (List.class.isAssignableFrom(type)) {
            return Kind.LIST;
        }
        if (Set.class.isAssignableFrom(type)) {
            return Kind.SET;
        }
        if (Map.class.isAssignableFrom(type)) {
            return Kind.MAP;
        }
        return Map.Entry.class.isAssignableFrom(type) ? Kind.ENTRY : null;
    }

    private static Method publicMethod(Class<?> type, String name, Class<?>... parameters) {
        try {
            return type.getMethod(name, parameters);
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException("Every class has " + name + ": " + type, e);
        }
    }

    private static KeyTraits classifyRecord(Class<?> type, Set<Class<?>> outer) {
        RecordShape shape = RecordShape.of(type);
        KeyTraits structural = shape.isReadable() ? new KeyTraits(Kind.RECORD, shape, null) : KeyTraits.of(Kind.OWN);
        if (!outer.add(type)) {
            return structural;
        }
        boolean allOwn = true;
        for (Class<?> component : shape.types()) {
            if (component.isPrimitive()) {
                continue;
            }
            boolean settled = Modifier.isFinal(component.getModifiers());
            KeyTraits facts = settled ? classify(component, outer) : structural;
            if (facts.kind == Kind.REFUSED) {
                outer.remove(type);
                return KeyTraits.refused(
                        type.getName() + " cannot be a key because of a component: " + facts.refusal());
            }
            allOwn &= settled && facts.kind == Kind.OWN;
        }
        outer.remove(type);
        return allOwn ? KeyTraits.of(Kind.OWN) : structural;
    }

    private enum Kind {
        OWN,
        ENUM,
        CLASS,
        RECORD,
        LIST,
        SET,
        MAP,
        ENTRY,
        OPTIONAL,
        REFUSED
    }

    /** What a class tells of its instances. */
    private static final class KeyTraits {

        final Kind kind;
        private final @Nullable RecordShape record;
        private final @Nullable String refusal;

        KeyTraits(Kind kind, @Nullable RecordShape record, @Nullable String refusal) {
            this.kind = kind;
            this.record = record;
            this.refusal = refusal;
        }

        static KeyTraits of(Kind kind) {
            return new KeyTraits(kind, null, null);
        }

        static KeyTraits refused(String why) {
            return new KeyTraits(Kind.REFUSED, null, why);
        }

        RecordShape record() {
            return Objects.requireNonNull(record);
        }

        String refusal() {
            return Objects.requireNonNull(refusal);
        }
    }
}
