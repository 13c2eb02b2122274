package dev.favilla.serializer;

import java.util.Collection;
import java.util.List;

/**
 * The classes of serializers in several processes whose bytes are to be read by each other: the number of a class is made of
 * its name, so that it is the same everywhere. Who reads bytes must have learned before which names there are in them, since
 * a number alone names nothing.
 *
 * <p><b>Threads.</b> May be used from any thread.
 *
 * <p><b>Failures.</b> Two classes whose names give the same number, which some hundred classes have with a probability of
 * one in thousands, are a {@link SerializationException} when the second is met.
 */
public final class NamedClasses extends ClassTable {

    /** Numbers up to here are looked up in an array by those who read; those made of names lie above. */
    static final int DENSE = 1 << 16;

    private static final int BITS = 27;

    /** Knows no class yet. */
    public NamedClasses() {
        super(List.of());
    }

    /** Finds a class by its name: whoever brings records from other processes says where, for nothing else here does. */
    @FunctionalInterface
    public interface Finder {

        Class<?> find(String name) throws ClassNotFoundException;
    }

    @Override
    int number(Class<?> type) {
        int hash = type.getName().hashCode() * 0x9e3779b9;
        return DENSE + (hash >>> (Integer.SIZE - BITS));
    }

    /** Returns the names of all classes that have numbers so far, registered ones not among them. */
    public List<String> names() {
        return numbered().stream().map(Class::getName).toList();
    }

    /**
     * Learns the names of classes that another process has numbered.
     *
     * @param finder knows the classes
     * @throws SerializationException if there is no such class here
     */
    public void learn(Collection<String> names, Finder finder) {
        for (String name : names) {
            try {
                idOf(finder.find(name));
            } catch (ClassNotFoundException | LinkageError e) {
                throw new SerializationException(
                        "Records of class " + name + " came from another process, and there is no such class here: " + e
                                + ". Put the jar that has it on the class path of all processes.",
                        e);
            }
        }
    }
}
