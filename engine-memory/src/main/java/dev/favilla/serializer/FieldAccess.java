package dev.favilla.serializer;

import com.esotericsoftware.kryo.kryo5.Kryo;
import com.esotericsoftware.kryo.kryo5.io.Input;
import com.esotericsoftware.kryo.kryo5.io.Output;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How a value of each declared type is written and read; the building blocks of {@link ObjectCodec}. */
final class FieldAccess {

    /** An object without fields still takes a byte: what takes none could be announced in any number. */
    static final MethodHandle NOTHING_WRITTEN =
            find("writeNothing", void.class, Kryo.class, Output.class, Object.class);

    static final MethodHandle NOTHING_READ = find("readNothing", void.class, Kryo.class, Input.class);
    static final MethodHandle NOTHING_FILLED = find("fillNothing", void.class, Kryo.class, Input.class, Object.class);

    private FieldAccess() {}

    /** Returns a handle {@code (Kryo, Output, T)void}. */
    static MethodHandle writer(Class<?> type) {
        if (type.isPrimitive()) {
            return find("write" + nameOf(type), void.class, Kryo.class, Output.class, type);
        }
        if (type == String.class) {
            return find("writeString", void.class, Kryo.class, Output.class, String.class);
        }
        return type.isEnum()
                ? find("writeEnum", void.class, Kryo.class, Output.class, Enum.class)
                : find("writeAny", void.class, Kryo.class, Output.class, Object.class);
    }

    /** Returns a handle {@code (Kryo, Input)T}. */
    static MethodHandle reader(Class<?> type) {
        if (type.isPrimitive()) {
            return find("read" + nameOf(type), type, Kryo.class, Input.class);
        }
        MethodHandle read;
        if (type == String.class) {
            read = find("readString", String.class, Kryo.class, Input.class);
        } else if (type.isEnum()) {
            read = MethodHandles.insertArguments(
                    find("readEnum", Object.class, Object[].class, Kryo.class, Input.class), 0, (Object)
                            type.getEnumConstants());
        } else {
            read = find("readAny", Object.class, Kryo.class, Input.class);
        }
        return read.asType(MethodType.methodType(type, Kryo.class, Input.class));
    }

    /** Returns a handle {@code (Kryo, Input)Object} that reads the arguments of a constructor and calls it. */
    static MethodHandle maker(Constructor<?> constructor) {
        Class<?>[] types = constructor.getParameterTypes();
        MethodHandle[] readers = new MethodHandle[types.length];
        for (int i = 0; i < types.length; i++) {
            readers[i] = reader(types[i]).asType(MethodType.methodType(Object.class, Kryo.class, Input.class));
        }
        MethodHandle make =
                find("make", Object.class, Constructor.class, MethodHandle[].class, Kryo.class, Input.class);
        return MethodHandles.insertArguments(make, 0, constructor, readers);
    }

    private static String nameOf(Class<?> primitive) {
        String name = primitive.getName();
        return name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1);
    }

    private static MethodHandle find(String name, Class<?> result, Class<?>... parameters) {
        try {
            return MethodHandles.lookup()
                    .findStatic(FieldAccess.class, name, MethodType.methodType(result, parameters));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("A method of this class is missing: " + name, e);
        }
    }

    // Found by name, above.

    static void writeNothing(Kryo kryo, Output output, Object object) {
        output.writeByte(0);
    }

    static void readNothing(Kryo kryo, Input input) {
        input.readByte();
    }

    static void fillNothing(Kryo kryo, Input input, Object object) {
        input.readByte();
    }

    static Object make(Constructor<?> constructor, MethodHandle[] readers, Kryo kryo, Input input) throws Throwable {
        Object[] arguments = new Object[readers.length];
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] = (Object) readers[i].invokeExact(kryo, input);
        }
        try {
            return constructor.newInstance(arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    static void writeInt(Kryo kryo, Output output, int value) {
        output.writeVarInt(value, false);
    }

    static int readInt(Kryo kryo, Input input) {
        return input.readVarInt(false);
    }

    static void writeLong(Kryo kryo, Output output, long value) {
        output.writeVarLong(value, false);
    }

    static long readLong(Kryo kryo, Input input) {
        return input.readVarLong(false);
    }

    static void writeShort(Kryo kryo, Output output, short value) {
        output.writeShort(value);
    }

    static short readShort(Kryo kryo, Input input) {
        return input.readShort();
    }

    static void writeByte(Kryo kryo, Output output, byte value) {
        output.writeByte(value);
    }

    static byte readByte(Kryo kryo, Input input) {
        return input.readByte();
    }

    static void writeChar(Kryo kryo, Output output, char value) {
        output.writeChar(value);
    }

    static char readChar(Kryo kryo, Input input) {
        return input.readChar();
    }

    static void writeBoolean(Kryo kryo, Output output, boolean value) {
        output.writeBoolean(value);
    }

    static boolean readBoolean(Kryo kryo, Input input) {
        return input.readBoolean();
    }

    static void writeFloat(Kryo kryo, Output output, float value) {
        output.writeFloat(value);
    }

    static float readFloat(Kryo kryo, Input input) {
        return input.readFloat();
    }

    static void writeDouble(Kryo kryo, Output output, double value) {
        output.writeDouble(value);
    }

    static double readDouble(Kryo kryo, Input input) {
        return input.readDouble();
    }

    static void writeString(Kryo kryo, Output output, @Nullable String value) {
        output.writeString(value);
    }

    static @Nullable String readString(Kryo kryo, Input input) {
        return input.readString();
    }

    @SuppressWarnings("EnumOrdinal") // read again by the same classes
    static void writeEnum(Kryo kryo, Output output, @Nullable Enum<?> value) {
        output.writeVarInt(value == null ? 0 : value.ordinal() + 1, true);
    }

    static @Nullable Object readEnum(Object[] constants, Kryo kryo, Input input) {
        int number = input.readVarInt(true);
        return number == 0 ? null : constants[number - 1];
    }

    static void writeAny(Kryo kryo, Output output, @Nullable Object value) {
        kryo.writeClassAndObject(output, value);
    }

    static @Nullable Object readAny(Kryo kryo, Input input) {
        return kryo.readClassAndObject(input);
    }
}
