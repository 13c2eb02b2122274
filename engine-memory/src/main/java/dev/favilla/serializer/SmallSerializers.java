package dev.favilla.serializer;

import com.esotericsoftware.kryo.kryo5.Kryo;
import com.esotericsoftware.kryo.kryo5.Serializer;
import com.esotericsoftware.kryo.kryo5.io.Input;
import com.esotericsoftware.kryo.kryo5.io.Output;
import com.esotericsoftware.kryo.kryo5.serializers.DefaultSerializers;
import dev.favilla.value.Immutability;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Modifier;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Kryo serializers for the JDK classes that records are often made of and that Kryo's own do not cover. */
final class SmallSerializers {

    private static final Class<?> MAP_ENTRY = Map.entry(1, 1).getClass();

    private SmallSerializers() {}

    static void register(Kryo kryo) {
        kryo.register(MAP_ENTRY, new EntrySerializer());
        kryo.register(AbstractMap.SimpleEntry.class, new EntrySerializer());
        kryo.register(AbstractMap.SimpleImmutableEntry.class, new EntrySerializer());
        kryo.register(EnumMap.class, new EnumMapSerializer());
        kryo.register(UUID.class, new DefaultSerializers.UUIDSerializer());
        kryo.register(URI.class, new DefaultSerializers.URISerializer());
        kryo.register(Pattern.class, new DefaultSerializers.PatternSerializer());
        kryo.register(AtomicBoolean.class, new DefaultSerializers.AtomicBooleanSerializer());
        kryo.register(AtomicInteger.class, new DefaultSerializers.AtomicIntegerSerializer());
        kryo.register(AtomicLong.class, new DefaultSerializers.AtomicLongSerializer());
        kryo.register(AtomicReference.class, new DefaultSerializers.AtomicReferenceSerializer());
    }

    /** An entry is its key and its value; one that belongs to a map comes back on its own. */
    static final class EntrySerializer extends Serializer<Map.Entry<?, ?>> {

        @Override
        public void write(Kryo kryo, Output output, Map.Entry<?, ?> entry) {
            kryo.writeClassAndObject(output, entry.getKey());
            kryo.writeClassAndObject(output, entry.getValue());
        }

        @Override
        public Map.Entry<?, ?> read(Kryo kryo, Input input, Class<? extends Map.Entry<?, ?>> type) {
            Object key = kryo.readClassAndObject(input);
            Object value = kryo.readClassAndObject(input);
            Class<?> found = type;
            if (found == MAP_ENTRY) {
                return Map.entry(key, value);
            }
            return found == AbstractMap.SimpleImmutableEntry.class
                    ? new AbstractMap.SimpleImmutableEntry<>(key, value)
                    : new AbstractMap.SimpleEntry<>(key, value);
        }
    }

    /** An empty enum map knows its key class but does not tell; Java serialization may ask. */
    @SuppressWarnings({"rawtypes", "unchecked"}) // the key class is known at run time only
    static final class EnumMapSerializer extends Serializer<EnumMap> {

        private final JavaPart forEmpty = new JavaPart();

        @Override
        public void write(Kryo kryo, Output output, EnumMap map) {
            output.writeInt(map.size(), true);
            if (map.isEmpty()) {
                forEmpty.write(kryo, output, map);
                return;
            }
            kryo.writeClass(output, ((Enum<?>) map.keySet().iterator().next()).getDeclaringClass());
            for (Map.Entry<?, ?> entry : ((Map<?, ?>) map).entrySet()) {
                output.writeString(((Enum<?>) entry.getKey()).name());
                kryo.writeClassAndObject(output, entry.getValue());
            }
        }

        @Override
        public EnumMap read(Kryo kryo, Input input, Class<? extends EnumMap> type) {
            int size = input.readInt(true);
            if (size == 0) {
                return (EnumMap) forEmpty.read(kryo, input, type);
            }
            Class keys = kryo.readClass(input).getType();
            EnumMap map = new EnumMap(keys);
            kryo.reference(map);
            for (int i = 0; i < size; i++) {
                map.put(Enum.valueOf(keys, input.readString()), kryo.readClassAndObject(input));
            }
            return map;
        }
    }

    /** A class is its number: exactly this class, also that of a constant, a proxy or a lambda. */
    static final class ClassSerializer extends Serializer<Class<?>> {

        @Override
        public void write(Kryo kryo, Output output, Class<?> value) {
            output.writeVarInt(((PreparedKryo) kryo).classes().idOf(value), true);
        }

        @Override
        public Class<?> read(Kryo kryo, Input input, Class<? extends Class<?>> type) {
            int id = input.readVarInt(true);
            Class<?> value = ((PreparedKryo) kryo).classes().classOf(id);
            if (value == null) {
                throw new SerializationException("There is no class number " + id, null);
            }
            return value;
        }
    }

    /** The whole buffer, its bounds and byte order; one over a file becomes one in memory. */
    static final class ByteBufferSerializer extends Serializer<ByteBuffer> {

        private static final int DIRECT = 1;
        private static final int READ_ONLY = 2;
        private static final int LITTLE_ENDIAN = 4;

        @Override
        public void write(Kryo kryo, Output output, ByteBuffer buffer) {
            byte[] content = new byte[buffer.capacity()];
            buffer.duplicate().clear().get(content);
            output.writeByte((buffer.isDirect() ? DIRECT : 0)
                    | (buffer.isReadOnly() ? READ_ONLY : 0)
                    | (buffer.order() == ByteOrder.LITTLE_ENDIAN ? LITTLE_ENDIAN : 0));
            output.writeVarInt(buffer.position(), true);
            output.writeVarInt(buffer.limit(), true);
            output.writeVarInt(content.length, true);
            output.writeBytes(content);
        }

        @Override
        public ByteBuffer read(Kryo kryo, Input input, Class<? extends ByteBuffer> type) {
            int form = input.readByte();
            int position = input.readVarInt(true);
            int limit = input.readVarInt(true);
            byte[] content = input.readBytes(input.readVarInt(true));
            ByteBuffer buffer = (form & DIRECT) == 0
                    ? ByteBuffer.wrap(content)
                    : ByteBuffer.allocateDirect(content.length).put(content);
            if ((form & READ_ONLY) != 0) {
                buffer = buffer.asReadOnlyBuffer();
            }
            buffer.limit(limit).position(position);
            return buffer.order((form & LITTLE_ENDIAN) == 0 ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        }
    }

    /**
     * The constants of a class without fields, such as the one instance of an object of Kotlin or Scala: each stays the
     * one it is. An instance that is no constant is made anew.
     */
    static final class Constants extends Serializer<Object> {

        private final List<Object> constants;

        private Constants(List<Object> constants) {
            this.constants = constants;
        }

        /** Returns a serializer for instances of exactly {@code type}; null if that has no constants, or has fields. */
        static @Nullable Constants of(Class<?> type) {
            if (!Immutability.isStateless(type)) {
                return null;
            }
            List<Object> found = new ArrayList<>();
            for (Field field : type.getDeclaredFields()) {
                Object constant = field.getType() == type ? constant(field) : null;
                if (constant != null && constant.getClass() == type) {
                    found.add(constant);
                }
            }
            return found.isEmpty() ? null : new Constants(found);
        }

        private static @Nullable Object constant(Field field) {
            int needed = Modifier.STATIC | Modifier.FINAL;
            if ((field.getModifiers() & needed) != needed) {
                return null;
            }
            try {
                field.setAccessible(true);
                return field.get(null);
            } catch (IllegalAccessException | InaccessibleObjectException e) {
                return null; // closed to us: no constant that we could find again
            }
        }

        @Override
        public void write(Kryo kryo, Output output, Object value) {
            int number = 0;
            for (int i = 0; i < constants.size() && number == 0; i++) {
                number = constants.get(i) == value ? i + 1 : 0;
            }
            output.writeVarInt(number, true);
        }

        @Override
        public Object read(Kryo kryo, Input input, Class<? extends Object> type) {
            int number = input.readVarInt(true);
            return number == 0 ? kryo.newInstance(type) : constants.get(number - 1);
        }
    }
}
