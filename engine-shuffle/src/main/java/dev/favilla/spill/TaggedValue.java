package dev.favilla.spill;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * A value and the input that it comes from.
 *
 * @param input its number
 */
record TaggedValue(int input, @Nullable Object value) implements Serializable {

    private static final long serialVersionUID = 1L;

    /**
     * Returns the values of each input: lists if {@code group} is one, else iterables that read it again each time.
     *
     * @param group tagged values, those of one input together
     */
    static List<Iterable<@Nullable Object>> split(@Nullable Object group, int inputs) {
        List<Iterable<@Nullable Object>> values = new ArrayList<>(inputs);
        for (int input = 0; input < inputs; input++) {
            Part part = new Part(iterable(group), input);
            values.add(group instanceof List<?> ? part.toList() : part);
        }
        return values;
    }

    private static Iterable<?> iterable(@Nullable Object group) {
        if (group instanceof Iterable<?> values) {
            return values;
        }
        throw new IllegalStateException(group + " is no group: a bug in Favilla");
    }

    /** The values of one input in a group that is too large for a list. Written anywhere it is a plain list. */
    private static final class Part implements Iterable<@Nullable Object>, Serializable {

        private static final long serialVersionUID = 1L;

        private final transient Iterable<?> group;
        private final transient int input;

        Part(Iterable<?> group, int input) {
            this.group = group;
            this.input = input;
        }

        @Override
        public Iterator<@Nullable Object> iterator() {
            return new Values(group.iterator(), input);
        }

        private Object writeReplace() {
            return toList();
        }

        List<@Nullable Object> toList() {
            List<@Nullable Object> list = new ArrayList<>();
            forEach(list::add);
            return list;
        }
    }

    private static final class Values implements Iterator<@Nullable Object> {

        private final Iterator<?> all;
        private final int input;
        private @Nullable TaggedValue next;

        Values(Iterator<?> all, int input) {
            this.all = all;
            this.input = input;
        }

        @Override
        public boolean hasNext() {
            while (next == null && all.hasNext()) {
                if (all.next() instanceof TaggedValue value && value.input == input) {
                    next = value;
                }
            }
            return next != null;
        }

        @Override
        public @Nullable Object next() {
            if (!hasNext()) {
                throw new NoSuchElementException("All values of this key were handed out");
            }
            TaggedValue value = next;
            next = null;
            return value == null ? null : value.value;
        }
    }
}
