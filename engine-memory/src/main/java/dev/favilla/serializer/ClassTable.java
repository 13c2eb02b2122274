package dev.favilla.serializer;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The classes that the records of one serializer were made of, numbered as they were first met. All its streams share
 * it, so that bytes name a class by one or two bytes, mean exactly that class whichever loader it has, and can never make
 * anybody load another.
 *
 * <p><b>Threads.</b> May be used from any thread. A number is known to all before it is given out.
 */
class ClassTable implements ClassNumbers {

    private static final int UNSET = -1;

    private final Map<Class<?>, Integer> ids = new ConcurrentHashMap<>();
    private final Map<Integer, Class<?>> classes = new ConcurrentHashMap<>();

    /** The first number that no registration has taken, once a Kryo has been prepared. */
    private final AtomicInteger first = new AtomicInteger(UNSET);

    private final AtomicInteger next = new AtomicInteger();

    /** What is numbered before all others. */
    private final List<Class<?>> known;

    /** @param known what is numbered before all others, in this order */
    ClassTable(List<Class<?>> known) {
        this.known = List.copyOf(known);
    }

    /**
     * Says how many classes were registered by name.
     *
     * @throws IllegalStateException if another Kryo had another number of them
     */
    void startAfter(int registered) {
        if (first.compareAndSet(UNSET, registered)) {
            known.forEach(this::idOf);
        } else if (first.get() != registered) {
            throw new IllegalStateException("A KryoRegistration must register the same classes in the same order each"
                    + " time it is called: there were " + first.get() + " classes before, now there are " + registered
                    + ".");
        }
    }

    /** Returns the classes that have numbers but were not registered, in the order of their numbers. */
    List<Class<?>> numbered() {
        return classes.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .<Class<?>>map(Map.Entry::getValue)
                .toList();
    }

    @Override
    public int idOf(Class<?> type) {
        return ids.computeIfAbsent(type, added -> {
            int id = first.get() + number(added);
            Class<?> other = classes.putIfAbsent(id, added);
            if (other != null) {
                throw new SerializationException(sameNumber(added, other), null);
            }
            return id;
        });
    }

    /** Returns the number of a class that has none yet, beyond those of the registered ones. */
    int number(Class<?> type) {
        return next.getAndIncrement();
    }

    private static String sameNumber(Class<?> type, Class<?> other) {
        return "Records of " + type + " cannot be told from those of " + other + " in other processes: their names have"
                + " the same hash. Register one of both with EngineContext.builder().registerKryo.";
    }

    @Override
    public @Nullable Class<?> classOf(int id) {
        return classes.get(id);
    }
}
