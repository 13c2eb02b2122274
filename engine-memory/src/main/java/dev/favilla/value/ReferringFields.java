package dev.favilla.value;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The fields through which objects of a class refer to others that have to be looked at: neither static nor transient,
 * and of a type whose instances may refer to something in turn. Those of closed classes of the JDK are not seen.
 */
final class ReferringFields {

    private static final ClassValue<ReferringFields> ALL = new ClassValue<>() {
        @Override
        protected ReferringFields computeValue(Class<?> type) {
            return new ReferringFields(isClosed(type, new HashSet<>()), accessible(type));
        }
    };

    private final boolean closed;
    private final List<Field> fields;

    private ReferringFields(boolean closed, List<Field> fields) {
        this.closed = closed;
        this.fields = closed ? List.of() : fields;
    }

    static ReferringFields of(Class<?> type) {
        return ALL.get(type);
    }

    /** Returns whether no instance can refer to anything but values that refer to nothing. */
    boolean areNone() {
        return closed;
    }

    List<Field> list() {
        return fields;
    }

    private static boolean isClosed(Class<?> type, Set<Class<?>> outer) {
        if (type.isPrimitive() || FlatTypes.isFlat(type)) {
            return true;
        }
        if (type.isArray()) {
            return isSettled(type.getComponentType()) && isClosed(type.getComponentType(), outer);
        }
        if (DriverOnlySearch.isDriverOnly(type) || isOfTheJdk(type) || Immutability.isLambda(type)) {
            return false;
        }
        if (!outer.add(type)) {
            return true; // what it refers to beside its own kind decides
        }
        return declared(type).stream()
                .map(Field::getType)
                .allMatch(field -> isSettled(field) && isClosed(field, outer));
    }

    /** Returns whether a variable of this type holds nothing but instances of exactly this class. */
    private static boolean isSettled(Class<?> type) {
        return type.isPrimitive()
                || Modifier.isFinal(type.getModifiers())
                || (type.isArray() && isSettled(type.getComponentType()));
    }

    static boolean isOfTheJdk(Class<?> type) {
        return type.getClassLoader() == null;
    }

    private static List<Field> declared(Class<?> type) {
        List<Field> declared = new ArrayList<>();
        for (Class<?> c = type; c != null; c = c.getSuperclass()) {
            for (Field field : c.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers()) && !Modifier.isTransient(field.getModifiers())) {
                    declared.add(field);
                }
            }
        }
        return declared;
    }

    private static List<Field> accessible(Class<?> type) {
        List<Field> accessible = new ArrayList<>();
        for (Field field : declared(type)) {
            if (field.trySetAccessible()) { // else a closed class of the JDK: nothing to see
                accessible.add(field);
            }
        }
        return List.copyOf(accessible);
    }
}
