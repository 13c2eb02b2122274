package dev.favilla;

import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.math.BigDecimal;
import java.util.AbstractMap.SimpleEntry;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.Date;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;
import java.util.function.ToLongFunction;

/** Classes that records are made of, each with a way to put a number into an instance and one to read it again. */
enum StampedValue {
    LONG(stamp -> stamp, value -> (Long) value),
    STRING(stamp -> "stamped " + stamp + " in the middle", value -> Long.parseLong(((String) value).split(" ")[1])),
    BIG_DECIMAL(
            stamp -> BigDecimal.valueOf(stamp, 3),
            value -> ((BigDecimal) value).unscaledValue().longValue()),
    DATE(Date::new, value -> ((Date) value).getTime()),
    RECORD_OF_LIST(
            stamp -> new Listed("listed", new ArrayList<>(List.of(0L, stamp))),
            value -> ((Listed) value).numbers().get(1)),
    ARRAY_LIST(stamp -> new ArrayList<>(List.of(stamp)), value -> (Long) ((List<?>) value).get(0)),
    LONG_LIST(
            stamp -> {
                List<Object> list = new ArrayList<>(Collections.nCopies(100, "x"));
                list.add(stamp);
                return list;
            },
            value -> (Long) ((List<?>) value).get(100)),
    AS_LIST(stamp -> Arrays.asList(null, stamp), value -> (Long) ((List<?>) value).get(1)),
    LINKED_LIST(stamp -> new LinkedList<>(List.of("x", stamp)), value -> (Long) ((List<?>) value).get(1)),
    ARRAY_DEQUE(stamp -> new ArrayDeque<>(List.of(stamp)), value -> (Long) ((ArrayDeque<?>) value).getFirst()),
    HASH_MAP(stamp -> new HashMap<>(Map.of("x", 1L, "stamp", stamp)), value -> (Long) ((Map<?, ?>) value).get("stamp")),
    TREE_MAP(stamp -> new TreeMap<>(Map.of("stamp", stamp)), value -> (Long) ((Map<?, ?>) value).get("stamp")),
    HASH_SET(stamp -> new HashSet<>(Set.of(stamp)), value ->
            (Long) ((Set<?>) value).iterator().next()),
    LONG_ARRAY(stamp -> new long[] {1, stamp}, value -> ((long[]) value)[1]),
    OBJECT_ARRAY(stamp -> new Object[] {"x", stamp}, value -> (Long) ((Object[]) value)[1]),
    TABLE_OF_STRINGS(
            stamp -> new String[][] {{}, {"x", String.valueOf(stamp)}},
            value -> Long.parseLong(((String[][]) value)[1][1])),
    PLAIN_CLASS(Plain::new, value -> ((Plain) value).stamp),
    WRITES_ITSELF(WritesItself::new, value -> ((WritesItself) value).stamp),
    LIST_WITH_FIELD(ListWithField::new, value -> ((ListWithField) value).stamp),
    OPTIONAL(Optional::of, value -> (Long) ((Optional<?>) value).orElseThrow()),
    ENTRY(stamp -> new SimpleEntry<>("x", stamp), value -> (Long) ((Map.Entry<?, ?>) value).getValue()),
    ATOMIC_LONG(AtomicLong::new, value -> ((AtomicLong) value).get()),
    STRING_BUILDER(
            stamp -> new StringBuilder("x").append(stamp),
            value -> Long.parseLong(((StringBuilder) value).substring(1))),
    BIT_SET(stamp -> BitSet.valueOf(new long[] {1, stamp, 1}), value -> ((BitSet) value).toLongArray()[1]),
    NESTED(
            stamp -> new HashMap<>(Map.of("x", new ArrayList<>(List.of(Optional.of(new long[] {stamp}))))),
            value -> ((long[]) ((Optional<?>) ((List<?>) ((Map<?, ?>) value).get("x")).get(0)).orElseThrow())[0]),
    CYCLE(Cycle::new, value -> ((Cycle) value).plain.stamp);

    private final LongFunction<Object> hold;
    private final ToLongFunction<Object> stamp;

    StampedValue(LongFunction<Object> hold, ToLongFunction<Object> stamp) {
        this.hold = hold;
        this.stamp = stamp;
    }

    /** Returns a new instance with {@code number} in it. */
    Object hold(long number) {
        return hold.apply(number);
    }

    /** Returns the number in an instance. */
    long stampOf(Object value) {
        return stamp.applyAsLong(value);
    }

    /** A record that is not immutable. */
    record Listed(String name, List<Long> numbers) {}

    /** Neither serializable nor with equality. */
    static final class Plain {

        private final long stamp;

        Plain(long stamp) {
            this.stamp = stamp;
        }
    }

    /** Writes and reads itself, and so has no fields to be looked at. */
    static final class WritesItself implements Serializable {

        private static final long serialVersionUID = 1L;

        private long stamp;

        WritesItself(long stamp) {
            this.stamp = stamp;
        }

        private void writeObject(ObjectOutputStream out) throws IOException {
            out.writeObject(new HashMap<>(Map.of("stamp", stamp)));
        }

        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
            stamp = (Long) ((Map<?, ?>) in.readObject()).get("stamp");
        }
    }

    /** All lists of these are equal. */
    static final class ListWithField extends ArrayList<String> {

        private static final long serialVersionUID = 1L;

        private final long stamp;

        ListWithField(long stamp) {
            super(List.of("x"));
            this.stamp = stamp;
        }
    }

    /** Contains itself. */
    static final class Cycle {

        private final List<Cycle> all = new ArrayList<>();
        private final Plain plain;

        Cycle(long stamp) {
            all.add(this);
            plain = new Plain(stamp);
        }
    }

    /** A key that is equal to all of its id, whatever its stamp. */
    static final class PartialKey implements Serializable {

        private static final long serialVersionUID = 1L;

        private final int id;
        private final long stamp;
        private int hash; // computed when it is first asked for

        PartialKey(int id, long stamp) {
            this.id = id;
            this.stamp = stamp;
        }

        int id() {
            return id;
        }

        long stamp() {
            return stamp;
        }

        @Override
        public boolean equals(Object o) {
            return o instanceof PartialKey other && id == other.id;
        }

        @Override
        public int hashCode() {
            if (hash == 0) {
                hash = 31 + id;
            }
            return hash;
        }
    }
}
