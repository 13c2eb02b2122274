package dev.favilla.serializer;

import com.esotericsoftware.kryo.kryo5.KryoException;
import com.esotericsoftware.kryo.kryo5.objenesis.instantiator.ObjectInstantiator;
import dev.favilla.value.Immutability;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Copies objects of one class of which every field is declared as something that cannot change, or as an array of such:
 * made as the serializer makes them, but without bytes in between.
 *
 * <p>All fields together are one method handle, put together when the class is first met; nothing is boxed.
 *
 * <p><b>Threads.</b> Immutable.
 */
final class FlatCopy {

    /** The argument slots of a method are limited. */
    private static final int MOST_FIELDS = 100;

    private static final MethodType OF_ONE = MethodType.methodType(Object.class, Object.class);
    private static final MethodType FILL = MethodType.methodType(void.class, Object.class, Object.class);
    private static final MethodHandle CLONE = findClone();

    private static final ClassValue<Holder> COPIES = new ClassValue<>() {
        @Override
        protected Holder computeValue(Class<?> type) {
            return new Holder(build(type));
        }
    };

    /** Makes the copy of a record, or fills an empty object: {@code (copy, original)}. */
    private final MethodHandle copy;

    /** Makes empty objects; null for records. */
    private final @Nullable ObjectInstantiator<?> empty;

    /** Readers of the fields that hold arrays, if there are several: two may hold the same one. */
    private final List<MethodHandle> arrays;

    private FlatCopy(MethodHandle copy, @Nullable ObjectInstantiator<?> empty, List<MethodHandle> arrays) {
        this.copy = copy;
        this.empty = empty;
        this.arrays = arrays;
    }

    /** Returns how objects of exactly {@code type} are copied, if their fields are what is to be copied; else null. */
    static @Nullable FlatCopy of(Class<?> type) {
        return COPIES.get(type).copy;
    }

    /** Returns a copy; null if two fields hold the same array, as two fields of the copy would have to. */
    @Nullable
    Object copy(Object original) {
        try {
            if (sharesAnArray(original)) {
                return null;
            }
            if (empty == null) {
                return (Object) copy.invokeExact(original);
            }
            Object made = empty.newInstance();
            copy.invokeExact(made, original);
            return made;
        } catch (Error e) {
            throw e;
        } catch (KryoException e) { // says what a constructor without parameters threw
            throw new SerializationException("Cannot copy a record: " + e.getMessage(), e);
        } catch (Throwable t) {
            throw new SerializationException(
                    "Cannot copy a record: the constructor of "
                            + original.getClass().getName() + " threw " + RecordFailures.described(t),
                    t);
        }
    }

    private boolean sharesAnArray(Object original) throws Throwable {
        for (int i = 1; i < arrays.size(); i++) {
            Object array = (Object) arrays.get(i).invokeExact(original);
            for (int j = 0; j < i && array != null; j++) {
                if (array == (Object) arrays.get(j).invokeExact(original)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static @Nullable FlatCopy build(Class<?> type) {
        List<Field> fields = ObjectCodec.fieldsIfOpen(type);
        if (fields == null
                || fields.size() > MOST_FIELDS
                || !fields.stream().allMatch(FlatCopy::isFlat)
                || forgetsSomething(type)) {
            return null;
        }
        try {
            return type.isRecord()
                    ? new FlatCopy(ofRecord(type, fields), null, arraysOf(fields))
                    : new FlatCopy(filler(fields), new Instantiators().newInstantiatorOf(type), arraysOf(fields));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("Fields of " + type + " are open and cannot be used", e);
        }
    }

    private static boolean isFlat(Field field) {
        Class<?> type = field.getType();
        return isArray(field) || Immutability.isProvenBy(type);
    }

    private static boolean isArray(Field field) {
        Class<?> type = field.getType();
        return type.isArray() && Immutability.isProvenBy(type.getComponentType());
    }

    /** What is not written is what the constructor makes of it, or nothing. */
    private static boolean forgetsSomething(Class<?> type) {
        for (Class<?> c = type; c != null; c = c.getSuperclass()) {
            for (Field field : c.getDeclaredFields()) {
                if (Modifier.isTransient(field.getModifiers()) && !Modifier.isStatic(field.getModifiers())) {
                    return true;
                }
            }
        }
        return false;
    }

    private static List<MethodHandle> arraysOf(List<Field> fields) throws IllegalAccessException {
        List<MethodHandle> arrays = new ArrayList<>();
        for (Field field : fields) {
            if (isArray(field)) {
                arrays.add(MethodHandles.lookup().unreflectGetter(field).asType(OF_ONE));
            }
        }
        return arrays.size() > 1 ? arrays : List.of();
    }

    private static MethodHandle ofRecord(Class<?> type, List<Field> fields) throws ReflectiveOperationException {
        Class<?>[] types = fields.stream().map(Field::getType).toArray(Class<?>[]::new);
        Constructor<?> constructor = type.getDeclaredConstructor(types);
        constructor.setAccessible(true);
        MethodHandle make = MethodHandles.lookup().unreflectConstructor(constructor);
        MethodHandle[] getters = new MethodHandle[types.length];
        for (int i = 0; i < getters.length; i++) {
            getters[i] = getter(fields.get(i));
        }
        MethodHandle fromOriginals = MethodHandles.filterArguments(make, 0, getters);
        MethodType fromOne = MethodType.methodType(type, type);
        return MethodHandles.permuteArguments(fromOriginals, fromOne, new int[types.length])
                .asType(OF_ONE);
    }

    private static MethodHandle filler(List<Field> fields) throws IllegalAccessException {
        List<MethodHandle> parts = new ArrayList<>();
        for (Field field : fields) {
            MethodHandle set = MethodHandles.lookup().unreflectSetter(field);
            parts.add(MethodHandles.filterArguments(set, 1, getter(field)).asType(FILL));
        }
        return ObjectCodec.inTurn(parts, FILL, MethodHandles.empty(FILL));
    }

    /** Returns a handle that reads a field; of an array, a copy. */
    private static MethodHandle getter(Field field) throws IllegalAccessException {
        MethodHandle get = MethodHandles.lookup().unreflectGetter(field);
        if (!isArray(field)) {
            return get;
        }
        MethodType ofArray = MethodType.methodType(field.getType(), field.getType());
        return MethodHandles.filterReturnValue(get, CLONE.asType(ofArray));
    }

    private static MethodHandle findClone() {
        try {
            return MethodHandles.lookup().findStatic(FlatCopy.class, "copyOfArray", OF_ONE);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("A method of this class is missing", e);
        }
    }

    /** Copies an array, whose elements stay the same. */
    static @Nullable Object copyOfArray(@Nullable Object array) {
        if (array instanceof @Nullable Object[] references) {
            return references.clone();
        }
        if (array instanceof long[] numbers) {
            return numbers.clone();
        }
        if (array instanceof double[] numbers) {
            return numbers.clone();
        }
        if (array instanceof int[] numbers) {
            return numbers.clone();
        }
        if (array instanceof byte[] numbers) {
            return numbers.clone();
        }
        if (array instanceof float[] numbers) {
            return numbers.clone();
        }
        if (array instanceof short[] numbers) {
            return numbers.clone();
        }
        if (array instanceof char[] characters) {
            return characters.clone();
        }
        return array instanceof boolean[] flags ? flags.clone() : null;
    }

    /** Holds what may be null. */
    private static final class Holder {

        final @Nullable FlatCopy copy;

        Holder(@Nullable FlatCopy copy) {
            this.copy = copy;
        }
    }
}
