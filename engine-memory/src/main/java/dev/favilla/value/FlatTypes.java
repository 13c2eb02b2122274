package dev.favilla.value;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;

/**
 * Knows the classes whose instances refer to nothing that could refer back, and have no identity that matters: they are
 * written in full wherever they occur, which is shorter and quicker than remembering them.
 */
public final class FlatTypes {

    private static final Set<Class<?>> LEAVES = Set.of(
            Boolean.class,
            Byte.class,
            Short.class,
            Character.class,
            Integer.class,
            Long.class,
            Float.class,
            Double.class,
            String.class,
            UUID.class,
            URI.class,
            BigInteger.class,
            BigDecimal.class);

    private static final ClassValue<Boolean> FLAT = new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
            return isFlat(type, new HashSet<>());
        }
    };

    private FlatTypes() {}

    /** Returns whether instances of exactly {@code type} are flat. */
    public static boolean isFlat(Class<?> type) {
        return FLAT.get(type);
    }

    /** Returns whether instances of exactly {@code type} refer to nothing that is worth a look. */
    public static boolean isLeaf(Class<?> type) {
        return LEAVES.contains(type) || Enum.class.isAssignableFrom(type) || PlatformTypes.JAVA_TIME.contains(type);
    }

    /** Returns whether these fields can hold nothing but primitives and flat values. */
    public static boolean areFlat(Collection<Field> fields) {
        return fields.stream().map(Field::getType).allMatch(FlatTypes::isFlatField);
    }

    private static boolean isFlatField(Class<?> type) {
        return type.isPrimitive() || (isSettled(type) && isFlat(type));
    }

    private static boolean isFlat(Class<?> type, Set<Class<?>> outer) {
        if (isLeaf(type)) {
            return true;
        }
        if (!type.isRecord() || !outer.add(type)) {
            return false;
        }
        boolean flat = true;
        for (RecordComponent component : type.getRecordComponents()) {
            Class<?> part = component.getType();
            flat &= part.isPrimitive() || (isSettled(part) && isFlat(part, outer));
        }
        outer.remove(type);
        return flat;
    }

    /** Returns whether a field of this type cannot hold a more special thing that is not flat. */
    private static boolean isSettled(Class<?> type) {
        return Modifier.isFinal(type.getModifiers())
                || Enum.class.isAssignableFrom(type)
                || type == BigInteger.class
                || type == BigDecimal.class;
    }
}
