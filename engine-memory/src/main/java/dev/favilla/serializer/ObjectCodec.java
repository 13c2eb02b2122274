package dev.favilla.serializer;

import com.esotericsoftware.kryo.kryo5.Kryo;
import com.esotericsoftware.kryo.kryo5.Serializer;
import com.esotericsoftware.kryo.kryo5.io.Input;
import com.esotericsoftware.kryo.kryo5.io.Output;
import dev.favilla.value.FlatTypes;
import dev.favilla.value.PlatformTypes;
import dev.favilla.value.SerialForm;
import java.lang.annotation.Annotation;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes the fields of one class, one after the other, without names. A record is made by its canonical constructor;
 * any other object is made empty and then filled.
 *
 * <p>All fields together are one method handle for writing and one for reading, put together when the class is first
 * met: the JVM compiles it like a method written for the class. Nothing is boxed and nothing is looked up per record.
 *
 * <p><b>Threads.</b> Immutable; shared by all Kryos.
 */
final class ObjectCodec extends Serializer<Object> {

    /** The argument slots of a method are limited: beyond this, components wait in an array. */
    private static final int MOST_ARGUMENTS = 100;

    private static final MethodType WRITE = MethodType.methodType(void.class, Kryo.class, Output.class, Object.class);
    private static final MethodType MAKE = MethodType.methodType(Object.class, Kryo.class, Input.class);
    private static final MethodType FILL = MethodType.methodType(void.class, Kryo.class, Input.class, Object.class);

    private static final ClassValue<Holder> CODECS = new ClassValue<>() {
        @Override
        protected Holder computeValue(Class<?> type) {
            return new Holder(build(type));
        }
    };

    private final MethodHandle write;

    /** Makes a record, or fills an object. */
    private final MethodHandle read;

    private final boolean makesRecords;
    private final boolean flat;

    private ObjectCodec(MethodHandle write, MethodHandle read, boolean makesRecords, boolean flat) {
        this.write = write;
        this.read = read;
        this.makesRecords = makesRecords;
        this.flat = flat;
    }

    /** Returns the codec of a class; null if its fields, or those of a superclass, are closed. */
    static @Nullable ObjectCodec of(Class<?> type) {
        return CODECS.get(type).codec;
    }

    /**
     * Returns whether nothing inside an instance can refer back to it, or could not be told so: then it needs no mark
     * when it is a record of its own.
     */
    boolean standsAlone() {
        return makesRecords || flat;
    }

    @Override
    public void write(Kryo kryo, Output output, Object object) {
        try {
            write.invokeExact(kryo, output, object);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Override
    public Object read(Kryo kryo, Input input, Class<?> type) {
        try {
            if (makesRecords) {
                return (Object) read.invokeExact(kryo, input);
            }
            Object made = kryo.newInstance(type);
            kryo.reference(made);
            read.invokeExact(kryo, input, made);
            return made;
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /** Reads an instance that was written without a mark. */
    Object readAlone(PreparedKryo kryo, Input input, Class<?> type) {
        if (makesRecords) {
            return read(kryo, input, type);
        }
        try {
            Object made = kryo.newInstance(type);
            read.invokeExact((Kryo) kryo, input, made);
            return made;
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    private static SerializationException unexpected(Throwable thrown) {
        return new SerializationException("A constructor threw " + thrown, thrown);
    }

    private static @Nullable ObjectCodec build(Class<?> type) {
        List<Field> fields = fieldsIfOpen(type);
        if (fields == null) {
            return null;
        }
        try {
            boolean record = type.isRecord();
            return new ObjectCodec(
                    writer(fields), record ? maker(type, fields) : filler(fields), record, FlatTypes.areFlat(fields));
        } catch (ReflectiveOperationException | InaccessibleObjectException e) {
            return null; // its module keeps it closed: somebody else's turn
        }
    }

    /** Returns what is written of an instance, of a record in the order of its components; null if any of it is closed. */
    static @Nullable List<Field> fieldsIfOpen(Class<?> type) {
        try {
            if (closedPart(type) != null) {
                return null;
            }
            List<Field> fields = type.isRecord() ? componentsOf(type) : fieldsOf(type);
            for (Field field : fields) {
                field.setAccessible(true);
            }
            return fields;
        } catch (ReflectiveOperationException | InaccessibleObjectException e) {
            return null; // its module keeps it closed
        }
    }

    private static List<Field> componentsOf(Class<?> type) throws NoSuchFieldException {
        List<Field> fields = new ArrayList<>();
        for (RecordComponent component : type.getRecordComponents()) {
            fields.add(type.getDeclaredField(component.getName()));
        }
        return fields;
    }

    /** Those of the enclosing instance and of captured variables are among them, though the compiler made them. */
    private static List<Field> fieldsOf(Class<?> type) {
        List<Field> fields = new ArrayList<>();
        for (Class<?> c = type; c != null; c = c.getSuperclass()) {
            for (Field field : c.getDeclaredFields()) {
                if (SerialForm.isData(field) && !PlatformTypes.isPlatform(c)) {
                    fields.add(field);
                }
            }
        }
        return fields;
    }

    /**
     * Returns the class that keeps fields of {@code type} closed to us; null if none does. Transient ones of the JDK, such
     * as the caches of {@code AbstractMap}, do not matter.
     */
    static @Nullable Class<?> closedPart(Class<?> type) {
        for (Class<?> c = type; c != null; c = c.getSuperclass()) {
            for (Field field : c.getDeclaredFields()) {
                if (SerialForm.isData(field) && (PlatformTypes.isPlatform(c) || !open(field))) {
                    return c;
                }
            }
        }
        return null;
    }

    private static boolean open(Field field) {
        try {
            field.setAccessible(true);
            return true;
        } catch (InaccessibleObjectException e) {
            return false; // said by closedPart
        }
    }

    /** Returns whether the class says by annotations of its fields how Kryo's own serializers are to write it. */
    static boolean isAnnotatedForKryo(Class<?> type) {
        for (Class<?> c = type; c != null && !PlatformTypes.isPlatform(c); c = c.getSuperclass()) {
            for (Field field : c.getDeclaredFields()) {
                if (isAnnotatedForKryo(field)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean isAnnotatedForKryo(Field field) {
        for (Annotation annotation : field.getAnnotations()) {
            if (annotation.annotationType().getName().startsWith("com.esotericsoftware.kryo.")) {
                return true;
            }
        }
        return false;
    }

    private static MethodHandle writer(List<Field> fields) throws IllegalAccessException {
        List<MethodHandle> parts = new ArrayList<>();
        for (Field field : fields) {
            MethodHandle get = MethodHandles.lookup().unreflectGetter(field);
            MethodHandle put = FieldAccess.writer(field.getType());
            MethodHandle typed = get.asType(MethodType.methodType(
                    put.type().parameterType(2), get.type().parameterType(0)));
            parts.add(MethodHandles.filterArguments(put, 2, typed).asType(WRITE));
        }
        return inTurn(parts, WRITE, FieldAccess.NOTHING_WRITTEN);
    }

    private static MethodHandle filler(List<Field> fields) throws IllegalAccessException {
        List<MethodHandle> parts = new ArrayList<>();
        for (Field field : fields) {
            MethodHandle set = MethodHandles.lookup().unreflectSetter(field); // (T, V)void
            MethodHandle valueFirst = MethodHandles.permuteArguments(
                    set,
                    MethodType.methodType(
                            void.class, set.type().parameterType(1), set.type().parameterType(0)),
                    1,
                    0);
            parts.add(MethodHandles.collectArguments(valueFirst, 0, FieldAccess.reader(field.getType()))
                    .asType(FILL));
        }
        return inTurn(parts, FILL, FieldAccess.NOTHING_FILLED);
    }

    /** Reads the components from first to last: the outermost fold is the first to run. */
    private static MethodHandle maker(Class<?> type, List<Field> fields) throws ReflectiveOperationException {
        Class<?>[] types = fields.stream().map(Field::getType).toArray(Class<?>[]::new);
        Constructor<?> constructor = type.getDeclaredConstructor(types);
        constructor.setAccessible(true);
        if (types.length > MOST_ARGUMENTS) {
            return FieldAccess.maker(constructor);
        }
        MethodHandle make = MethodHandles.lookup().unreflectConstructor(constructor);
        make = MethodHandles.dropArguments(make, types.length, Kryo.class, Input.class);
        if (types.length == 0) {
            make = MethodHandles.foldArguments(make, FieldAccess.NOTHING_READ);
        }
        for (int i = types.length - 1; i >= 0; i--) {
            make = MethodHandles.foldArguments(make, i, FieldAccess.reader(types[i]));
        }
        return make.asType(MAKE);
    }

    /** Returns a handle that calls the parts in order, as a balanced tree. */
    static MethodHandle inTurn(List<MethodHandle> parts, MethodType type, MethodHandle none) {
        if (parts.isEmpty()) {
            return none.asType(type);
        }
        if (parts.size() == 1) {
            return parts.get(0);
        }
        int half = parts.size() / 2;
        return MethodHandles.foldArguments(
                inTurn(parts.subList(half, parts.size()), type, none), inTurn(parts.subList(0, half), type, none));
    }

    /** Holds what may be null. */
    private static final class Holder {

        final @Nullable ObjectCodec codec;

        Holder(@Nullable ObjectCodec codec) {
            this.codec = codec;
        }
    }
}
