package dev.favilla.serializer;

import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.RecordComponent;
import org.jspecify.annotations.Nullable;

/**
 * How to read the components of one record class. Reads the fields, not the accessors: an accessor is user code and may
 * return something else.
 */
final class RecordShape {

    private final Class<?>[] types;

    /** Null if the class's module keeps them closed to us. */
    private final Field @Nullable [] fields;

    private RecordShape(Class<?>[] types, Field @Nullable [] fields) {
        this.types = types;
        this.fields = fields;
    }

    static RecordShape of(Class<?> recordClass) {
        RecordComponent[] components = recordClass.getRecordComponents();
        Class<?>[] types = new Class<?>[components.length];
        for (int i = 0; i < types.length; i++) {
            types[i] = components[i].getType();
        }
        return new RecordShape(types, readableFields(recordClass, components));
    }

    private static Field @Nullable [] readableFields(Class<?> recordClass, RecordComponent[] components) {
        try {
            Field[] fields = new Field[components.length];
            for (int i = 0; i < fields.length; i++) {
                fields[i] = recordClass.getDeclaredField(components[i].getName());
                fields[i].setAccessible(true);
            }
            return fields;
        } catch (NoSuchFieldException | InaccessibleObjectException e) {
            return null; // told by isReadable
        }
    }

    Class<?>[] types() {
        return types;
    }

    boolean isReadable() {
        return fields != null;
    }

    int size() {
        return types.length;
    }

    /** Returns the value of component {@code i}; a primitive is boxed. */
    @Nullable
    Object get(Object record, int i) {
        if (fields == null) {
            throw new IllegalStateException("The components of " + record.getClass() + " cannot be read");
        }
        try {
            return fields[i].get(record);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException("The components of " + record.getClass() + " were readable before", e);
        }
    }
}
