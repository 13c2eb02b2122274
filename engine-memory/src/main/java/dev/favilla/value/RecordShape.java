package dev.favilla.value;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.RecordComponent;
import org.jspecify.annotations.Nullable;

/**
 * How to read the components of one record class. Reads the fields, not the accessors: an accessor is user code and may
 * return something else.
 */
final class RecordShape {

    private static final MethodType READ = MethodType.methodType(Object.class, Object.class);

    private final Class<?>[] types;

    /** One for each component; null if the class's module keeps them closed to us. */
    private final MethodHandle @Nullable [] getters;

    private RecordShape(Class<?>[] types, MethodHandle @Nullable [] getters) {
        this.types = types;
        this.getters = getters;
    }

    static RecordShape of(Class<?> recordClass) {
        RecordComponent[] components = recordClass.getRecordComponents();
        Class<?>[] types = new Class<?>[components.length];
        for (int i = 0; i < types.length; i++) {
            types[i] = components[i].getType();
        }
        return new RecordShape(types, getters(recordClass, components));
    }

    private static MethodHandle @Nullable [] getters(Class<?> recordClass, RecordComponent[] components) {
        try {
            MethodHandle[] getters = new MethodHandle[components.length];
            for (int i = 0; i < getters.length; i++) {
                Field field = recordClass.getDeclaredField(components[i].getName());
                field.setAccessible(true);
                getters[i] = MethodHandles.lookup().unreflectGetter(field).asType(READ);
            }
            return getters;
        } catch (NoSuchFieldException | IllegalAccessException | InaccessibleObjectException e) {
            return null; // told by isReadable
        }
    }

    Class<?>[] types() {
        return types;
    }

    boolean isReadable() {
        return getters != null;
    }

    int size() {
        return types.length;
    }

    /** Returns the value of component {@code i}; a primitive is boxed. */
    @Nullable
    Object get(Object record, int i) {
        if (getters == null) {
            throw new IllegalStateException("The components of " + record.getClass() + " cannot be read");
        }
        try {
            return (Object) getters[i].invokeExact(record);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable t) {
            throw new IllegalStateException("Reading a component threw a checked exception", t);
        }
    }
}
