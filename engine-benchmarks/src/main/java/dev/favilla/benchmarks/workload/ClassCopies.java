package dev.favilla.benchmarks.workload;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Constructor;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Copies of a class under other names, each with lambda classes of its own: what a program has that was written by many
 * people. The copies are ordinary classes of the same loader and package, so their lambdas can be serialized.
 */
public final class ClassCopies {

    private static final String FIRST = "000";

    private ClassCopies() {}

    /**
     * Returns one instance of each of {@code count} copies.
     *
     * @param original a class whose simple name ends in {@code 000}, with a constructor without parameters
     * @param lookup of a class in the same package
     */
    public static <T> List<T> of(Class<? extends T> original, int count, MethodHandles.Lookup lookup)
            throws ReflectiveOperationException {
        String name = original.getSimpleName();
        if (!name.endsWith(FIRST)) {
            throw new IllegalArgumentException("the class's name must end in " + FIRST + ", is " + name);
        }
        byte[] bytes = bytesOf(original);
        List<T> copies = new ArrayList<>();
        for (int number = 1; number <= count; number++) {
            String copyName =
                    name.substring(0, name.length() - FIRST.length()) + String.format(Locale.ROOT, "%03d", number);
            Constructor<?> constructor = copy(bytes, name, copyName, lookup).getDeclaredConstructor();
            constructor.setAccessible(true);
            @SuppressWarnings("unchecked") // a copy is what the original is
            T copy = (T) constructor.newInstance();
            copies.add(copy);
        }
        return copies;
    }

    private static Class<?> copy(byte[] bytes, String name, String copyName, MethodHandles.Lookup lookup)
            throws IllegalAccessException {
        try {
            return lookup.findClass(lookup.lookupClass().getPackageName() + "." + copyName);
        } catch (ClassNotFoundException e) { // the first time in this JVM
            return lookup.defineClass(renamed(bytes, name, copyName));
        }
    }

    private static byte[] bytesOf(Class<?> type) {
        try (InputStream in = type.getResourceAsStream(type.getSimpleName() + ".class")) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Names of equal length keep every offset of the class file. */
    private static byte[] renamed(byte[] bytes, String from, String to) {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        return text.replace(from, to).getBytes(StandardCharsets.ISO_8859_1);
    }
}
