package dev.favilla.serializer;

import com.esotericsoftware.kryo.kryo5.Kryo;
import com.esotericsoftware.kryo.kryo5.Serializer;
import com.esotericsoftware.kryo.kryo5.io.Input;
import com.esotericsoftware.kryo.kryo5.io.Output;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Serializers of views of the JDK's collections, which come back as copies of what they show. */
final class ContainerViews {

    private ContainerViews() {}

    /** Of sets and maps the one behind the view may have its own idea of what is equal; of lists it may not. */
    static boolean isUnmodifiableList(Class<?> type) {
        return type.getName().equals("java.util.Collections$UnmodifiableList")
                || type.getName().equals("java.util.Collections$UnmodifiableRandomAccessList");
    }

    /**
     * Sub-lists, key sets and other views come back as plain copies, an unmodifiable list as an unmodifiable list. Order
     * and equality stay, for sorted ones the comparator too.
     */
    static final class OfCollection extends Serializer<Collection<?>> {

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
            Form form = Form.valueOf(input.readString());
            Collection<@Nullable Object> copy = switch (form) {
                case SORTED -> new TreeSet<>((Comparator<@Nullable Object>) kryo.readClassAndObject(input));
                case SET -> new LinkedHashSet<>();
                case LIST, OTHER -> new ArrayList<>();
            };
            Collection<?> result = copy;
            if (form == Form.LIST && isUnmodifiableList(type)) {
                result = Collections.unmodifiableList((List<?>) copy);
            } else if (form == Form.OTHER) {
                // What is neither a list nor a set is equal to itself alone, and so is what comes back.
                result = Collections.checkedCollection(copy, Object.class);
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
    static final class OfMap extends Serializer<Map<?, ?>> {

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
            Map<@Nullable Object, @Nullable Object> copy = input.readBoolean()
                    ? new TreeMap<>((Comparator<@Nullable Object>) kryo.readClassAndObject(input))
                    : new LinkedHashMap<>();
            kryo.reference(copy);
            int size = input.readInt(true);
            for (int i = 0; i < size; i++) {
                copy.put(kryo.readClassAndObject(input), kryo.readClassAndObject(input));
            }
            return copy;
        }
    }
}
