package dev.favilla.serializer;

import com.esotericsoftware.kryo.kryo5.Kryo;
import com.esotericsoftware.kryo.kryo5.Serializer;
import com.esotericsoftware.kryo.kryo5.io.Input;
import com.esotericsoftware.kryo.kryo5.io.Output;
import com.esotericsoftware.kryo.kryo5.serializers.DefaultSerializers;
import java.net.URI;
import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
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

    static boolean isUnmodifiableView(Class<?> type) {
        return type.getName().startsWith("java.util.Collections$Unmodifiable");
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

        private final JavaFallbackSerializer forEmpty = new JavaFallbackSerializer();

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

    /**
     * Sub-lists, key sets and other views come back as plain copies, unmodifiable views as unmodifiable views of plain
     * copies. Order and equality stay, for sorted ones the comparator too.
     */
    static final class CollectionViewSerializer extends Serializer<Collection<?>> {

        private enum Form {
            LIST,
            SET,
            SORTED,
            OTHER
        }

        @Override
        public void write(Kryo kryo, Output output, Collection<?> view) {
            Form form = view instanceof List ? Form.LIST : Form.OTHER;
            if (view instanceof Set) {
                form = view instanceof SortedSet ? Form.SORTED : Form.SET;
            }
            output.writeString(form.name());
            if (view instanceof SortedSet<?> sorted) {
                kryo.writeClassAndObject(output, sorted.comparator());
            }
            output.writeInt(view.size(), true);
            for (Object element : view) {
                kryo.writeClassAndObject(output, element);
            }
        }

        @Override
        @SuppressWarnings("unchecked") // a comparator compares what it compared before
        public Collection<?> read(Kryo kryo, Input input, Class<? extends Collection<?>> type) {
            boolean unmodifiable = isUnmodifiableView(type);
            Collection<@Nullable Object> copy;
            Collection<?> result;
            switch (Form.valueOf(input.readString())) {
                case SORTED -> {
                    TreeSet<@Nullable Object> set =
                            new TreeSet<>((Comparator<@Nullable Object>) kryo.readClassAndObject(input));
                    copy = set;
                    result = unmodifiable ? Collections.unmodifiableSortedSet(set) : set;
                }
                case SET -> {
                    Set<@Nullable Object> set = new LinkedHashSet<>();
                    copy = set;
                    result = unmodifiable ? Collections.unmodifiableSet(set) : set;
                }
                case LIST -> {
                    List<@Nullable Object> list = new ArrayList<>();
                    copy = list;
                    result = unmodifiable ? Collections.unmodifiableList(list) : list;
                }
                default -> {
                    copy = new ArrayList<>();
                    result = unmodifiable ? Collections.unmodifiableCollection(copy) : copy;
                }
            }
            kryo.reference(result);
            int size = input.readInt(true);
            for (int i = 0; i < size; i++) {
                copy.add(kryo.readClassAndObject(input));
            }
            return result;
        }
    }

    /** The same for maps. */
    static final class MapViewSerializer extends Serializer<Map<?, ?>> {

        @Override
        public void write(Kryo kryo, Output output, Map<?, ?> view) {
            output.writeBoolean(view instanceof SortedMap);
            if (view instanceof SortedMap<?, ?> sorted) {
                kryo.writeClassAndObject(output, sorted.comparator());
            }
            output.writeInt(view.size(), true);
            for (Map.Entry<?, ?> entry : view.entrySet()) {
                kryo.writeClassAndObject(output, entry.getKey());
                kryo.writeClassAndObject(output, entry.getValue());
            }
        }

        @Override
        @SuppressWarnings("unchecked") // a comparator compares what it compared before
        public Map<?, ?> read(Kryo kryo, Input input, Class<? extends Map<?, ?>> type) {
            Map<@Nullable Object, @Nullable Object> copy;
            UnaryOperator<Map<@Nullable Object, @Nullable Object>> wrap;
            if (input.readBoolean()) {
                TreeMap<@Nullable Object, @Nullable Object> map =
                        new TreeMap<>((Comparator<@Nullable Object>) kryo.readClassAndObject(input));
                copy = map;
                wrap = m -> Collections.unmodifiableSortedMap(map);
            } else {
                copy = new LinkedHashMap<>();
                wrap = Collections::unmodifiableMap;
            }
            Map<@Nullable Object, @Nullable Object> result = isUnmodifiableView(type) ? wrap.apply(copy) : copy;
            kryo.reference(result);
            int size = input.readInt(true);
            for (int i = 0; i < size; i++) {
                copy.put(kryo.readClassAndObject(input), kryo.readClassAndObject(input));
            }
            return result;
        }
    }
}
