package dev.favilla.serializer;

import com.esotericsoftware.kryo.kryo5.Kryo;
import com.esotericsoftware.kryo.kryo5.Serializer;
import com.esotericsoftware.kryo.kryo5.io.Input;
import com.esotericsoftware.kryo.kryo5.io.Output;
import com.esotericsoftware.kryo.kryo5.serializers.CollectionSerializer;
import com.esotericsoftware.kryo.kryo5.serializers.DefaultArraySerializers.BooleanArraySerializer;
import com.esotericsoftware.kryo.kryo5.serializers.DefaultArraySerializers.ObjectArraySerializer;
import com.esotericsoftware.kryo.kryo5.serializers.DefaultArraySerializers.StringArraySerializer;
import com.esotericsoftware.kryo.kryo5.serializers.DefaultSerializers;
import com.esotericsoftware.kryo.kryo5.serializers.MapSerializer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Serializers of what announces how many elements it has: none allocates for more than there are bytes to make them. */
final class SafeContainers {

    private SafeContainers() {}

    private static int capacity(Input input, int announced) {
        return input instanceof GuardedInput guarded ? guarded.capacity(announced) : announced;
    }

    /** Checks the length that comes next, which Kryo writes plus one, and reads nothing. */
    private static void checkLength(Input input) {
        if (input instanceof GuardedInput guarded) {
            guarded.checkNextLength();
        }
    }

    /** Collections that are made empty and then filled. */
    static final class Filled extends CollectionSerializer<Collection<?>> {

        @Override
        protected Collection<?> create(Kryo kryo, Input input, Class<? extends Collection<?>> type, int size) {
            return super.create(kryo, input, type, capacity(input, size));
        }
    }

    /** Maps that are made empty and then filled. */
    static final class FilledMap extends MapSerializer<Map<?, ?>> {

        @Override
        protected Map<?, ?> create(Kryo kryo, Input input, Class<? extends Map<?, ?>> type, int size) {
            return super.create(kryo, input, type, capacity(input, size));
        }
    }

    /** Queues ordered by a comparator. */
    @SuppressWarnings("rawtypes") // Kryo's signatures
    static final class Queues extends DefaultSerializers.PriorityQueueSerializer {

        @Override
        protected PriorityQueue create(Kryo kryo, Input input, Class<? extends PriorityQueue> type, int size) {
            return super.create(kryo, input, type, capacity(input, size));
        }
    }

    /** {@code Arrays.asList}. */
    @SuppressWarnings("rawtypes") // Kryo's signatures
    static final class AsList extends DefaultSerializers.ArraysAsListSerializer {

        @Override
        protected List create(Kryo kryo, Input input, Class type, int size) {
            return super.create(kryo, input, type, capacity(input, size));
        }
    }

    /** The only array of primitives that Kryo makes before it asks its input for the content. */
    static final class Booleans extends BooleanArraySerializer {

        @Override
        @SuppressWarnings("rawtypes") // Kryo's signature
        public boolean[] read(Kryo kryo, Input input, Class type) {
            checkLength(input);
            return super.read(kryo, input, type);
        }
    }

    /** Arrays of anything but primitives and strings. */
    static final class Arrayed extends ObjectArraySerializer {

        Arrayed(Kryo kryo, Class<?> type) {
            super(kryo, type);
        }

        @Override
        @SuppressWarnings("rawtypes") // Kryo's signature
        public Object[] read(Kryo kryo, Input input, Class type) {
            checkLength(input);
            return super.read(kryo, input, type);
        }
    }

    /** Arrays of strings. */
    static final class Strings extends StringArraySerializer {

        @Override
        @SuppressWarnings("rawtypes") // Kryo's signature
        public String[] read(Kryo kryo, Input input, Class type) {
            checkLength(input);
            return super.read(kryo, input, type);
        }
    }

    /** {@code List.of}, {@code Set.of}, their copies and {@code Stream.toList}, which alone may contain null. */
    static final class Unmodifiable extends Serializer<Collection<?>> {

        @Override
        public void write(Kryo kryo, Output output, Collection<?> values) {
            output.writeVarInt(values.size(), true);
            for (Object value : values) {
                kryo.writeClassAndObject(output, value);
            }
        }

        @Override
        public Collection<?> read(Kryo kryo, Input input, Class<? extends Collection<?>> type) {
            int size = input.readVarInt(true);
            List<@Nullable Object> values = new ArrayList<>(capacity(input, size));
            for (int i = 0; i < size; i++) {
                values.add(kryo.readClassAndObject(input));
            }
            if (Set.class.isAssignableFrom(type)) {
                return Set.of(values.toArray());
            }
            return values.contains(null) ? Arrays.stream(values.toArray()).toList() : List.of(values.toArray());
        }
    }

    /** {@code Map.of} and its copies. */
    static final class UnmodifiableMap extends Serializer<Map<?, ?>> {

        @Override
        public void write(Kryo kryo, Output output, Map<?, ?> map) {
            output.writeVarInt(map.size(), true);
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                kryo.writeClassAndObject(output, entry.getKey());
                kryo.writeClassAndObject(output, entry.getValue());
            }
        }

        @Override
        public Map<?, ?> read(Kryo kryo, Input input, Class<? extends Map<?, ?>> type) {
            int size = input.readVarInt(true);
            Map<Object, Object> map = new LinkedHashMap<>(capacity(input, size));
            for (int i = 0; i < size; i++) {
                map.put(kryo.readClassAndObject(input), kryo.readClassAndObject(input));
            }
            return Map.copyOf(map);
        }
    }
}
