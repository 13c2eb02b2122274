package dev.favilla.text.record;

import java.lang.reflect.Constructor;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A record class, seen as named fields: how its components are read and written, and how a record is made of them.
 *
 * <p><b>Threads.</b> Immutable.
 */
public final class RecordSchema {

    private final Class<?> type;
    private final Constructor<?> constructor;
    private final List<Field> fields = new ArrayList<>();
    private final Map<String, Integer> indexes = new HashMap<>();

    /**
     * A component.
     *
     * @param name of the field
     * @param type what it holds
     * @param accessor reads it
     */
    record Field(String name, ValueType type, Method accessor) {}

    private RecordSchema(Class<?> type) {
        this.type = type;
        RecordComponent[] components = type.getRecordComponents();
        Class<?>[] parameters =
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        try {
            this.constructor = type.getDeclaredConstructor(parameters);
            constructor.setAccessible(true);
        } catch (NoSuchMethodException | InaccessibleObjectException e) {
            throw new IllegalArgumentException(
                    type.getName() + " is closed to this library: " + e.getMessage() + ". Open its package to it.", e);
        }
    }

    /**
     * Returns the schema of a record whose components are one text each.
     *
     * @throws IllegalArgumentException if {@code type} is no such record
     */
    public static RecordSchema flat(Class<?> type) {
        return of(type, false, new HashMap<>());
    }

    /**
     * As {@link #flat}, whose components may also be records, lists of what may be a component, and maps of it by texts.
     *
     * @throws IllegalArgumentException if {@code type} is no such record
     */
    public static RecordSchema nested(Class<?> type) {
        return of(type, true, new HashMap<>());
    }

    private static RecordSchema of(Class<?> type, boolean nests, Map<Class<?>, RecordSchema> known) {
        if (!type.isRecord()) {
            throw new IllegalArgumentException("type must be a record class, whose components are the fields, got "
                    + type.getName() + ". Map to a record.");
        }
        RecordSchema before = known.get(type);
        if (before != null) {
            return before;
        }
        RecordSchema schema = new RecordSchema(type);
        known.put(type, schema);
        for (RecordComponent component : type.getRecordComponents()) {
            ValueType value = valueOf(component.getGenericType(), nests, known);
            if (value == null) {
                throw new IllegalArgumentException("component '" + component.getName() + "' of " + type.getName()
                        + " must be a primitive, its box, a text, BigDecimal, BigInteger, UUID, a class of java.time, an"
                        + " enum, or an Optional of these"
                        + (nests ? ", a record, a List of these, or a Map of String to these" : "")
                        + ", got " + component.getGenericType().getTypeName() + ". Map to another record.");
            }
            schema.indexes.put(component.getName(), schema.fields.size());
            Method accessor = component.getAccessor(); // another object each time
            accessor.setAccessible(true);
            schema.fields.add(new Field(component.getName(), value, accessor));
        }
        return schema;
    }

    private static @Nullable ValueType valueOf(Type type, boolean nests, Map<Class<?>, RecordSchema> known) {
        if (type instanceof Class<?> plain) {
            Scalar scalar = Scalar.of(plain);
            if (scalar != null) {
                return new ValueType.One(scalar, !plain.isPrimitive());
            }
            return nests && plain.isRecord() ? new ValueType.RecordOf(of(plain, true, known)) : null;
        }
        if (!(type instanceof ParameterizedType generic)) {
            return null;
        }
        Type[] arguments = generic.getActualTypeArguments();
        ValueType value = valueOf(arguments[arguments.length - 1], nests, known);
        if (value == null) {
            return null;
        }
        if (generic.getRawType() == Optional.class) {
            return value instanceof ValueType.OptionalOf ? null : new ValueType.OptionalOf(value);
        }
        if (nests && generic.getRawType() == List.class) {
            return new ValueType.ListOf(value);
        }
        boolean isMap = nests && generic.getRawType() == Map.class && arguments[0] == String.class;
        return isMap ? new ValueType.MapOf(value) : null;
    }

    /** Returns the record class. */
    public Class<?> type() {
        return type;
    }

    List<Field> fields() {
        return fields;
    }

    /** Returns which field has this name, or -1. */
    int indexOf(String name) {
        return indexes.getOrDefault(name, -1);
    }

    /** @param record an instance of exactly {@link #type} */
    @Nullable
    Object get(Object record, Field field) {
        try {
            return field.accessor().invoke(record);
        } catch (InvocationTargetException e) {
            throw unchecked(e.getCause());
        } catch (IllegalAccessException e) {
            throw new IllegalStateException("Cannot read '" + field.name() + "' of " + type.getName(), e);
        }
    }

    /** Makes a record. What its constructor refuses is malformed, with what it has thrown as the cause. */
    Object make(@Nullable Object[] values) throws MalformedValueException {
        try {
            return constructor.newInstance(values);
        } catch (InvocationTargetException e) {
            throw new MalformedValueException(
                    "",
                    Arrays.toString(values),
                    "values that " + type.getSimpleName() + " accepts (" + e.getCause() + ")",
                    e.getCause());
        } catch (InstantiationException | IllegalAccessException e) {
            throw new IllegalStateException("Cannot make a " + type.getName(), e);
        }
    }

    private static RuntimeException unchecked(@Nullable Throwable thrown) {
        if (thrown instanceof Error error) {
            throw error;
        }
        return thrown instanceof RuntimeException exception ? exception : new IllegalStateException("accessor", thrown);
    }

    @Override
    public String toString() {
        return "RecordSchema(" + type.getName() + ")";
    }
}
