package dev.favilla.serializer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Classes that only their own loader can find: of sources run in memory, of tests, of application servers. */
class ClassLoadersTest {

    /** Defines {@link LoadedValues} and what is nested there anew; nobody can find them by name from outside. */
    static final class ChildFirst extends ClassLoader {

        ChildFirst() {
            super(ClassLoadersTest.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            synchronized (getClassLoadingLock(name)) {
                Class<?> known = findLoadedClass(name);
                if (known != null) {
                    return known;
                }
                return name.startsWith(LoadedValues.class.getName()) ? define(name) : super.loadClass(name, resolve);
            }
        }

        private Class<?> define(String name) {
            String file = name.replace('.', '/') + ".class";
            try (InputStream in = getParent().getResourceAsStream(file)) {
                byte[] bytes = in.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** Returns the values that the copy of {@link LoadedValues} in this loader makes. */
        @SuppressWarnings("unchecked")
        Map<String, Object> values() {
            try {
                Class<?> values = loadClass(LoadedValues.class.getName());
                return ((Supplier<Map<String, Object>>)
                                values.getDeclaredConstructor().newInstance())
                        .get();
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    static List<Serializer> serializers() {
        return Streams.both();
    }

    @ParameterizedTest
    @MethodSource("serializers")
    void areFoundAgain(Serializer serializer) {
        new ChildFirst().values().forEach((name, value) -> {
            Object copy = Streams.copy(serializer, value);
            assertThat(copy).as(name).isEqualTo(value);
            assertThat(copy.getClass()).as(name).isSameAs(value.getClass());
        });
    }

    @ParameterizedTest
    @MethodSource("serializers")
    void ofOneNameStayApart(Serializer serializer) {
        Map<String, Object> first = new ChildFirst().values();
        Map<String, Object> second = new ChildFirst().values();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (Serializer.RecordOutput out = serializer.open(bytes)) {
            first.keySet().forEach(name -> out.write(new ArrayList<>(List.of(first.get(name), second.get(name)))));
        }

        try (Serializer.RecordInput in = serializer.open(bytes.toByteArray(), 0, bytes.size())) {
            for (String name : first.keySet()) {
                assertThat(in.read()).as(name).isEqualTo(List.of(first.get(name), second.get(name)));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("serializers")
    void areFoundByThreadsThatKnowNothingOfThem(Serializer serializer) {
        Object value = new ChildFirst().values().get("enum map");
        byte[] bytes = Streams.write(serializer, value);
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        Thread.currentThread().setContextClassLoader(ClassLoader.getPlatformClassLoader());
        try {
            assertThat(Streams.read(serializer, bytes)).isEqualTo(value);
        } finally {
            Thread.currentThread().setContextClassLoader(before);
        }
    }

    @Test
    void ofZeroValuesAreFoundAgain() {
        new ChildFirst()
                .values()
                .forEach((name, value) -> assertThat(Copies.read(Copies.write(value, "a zero")))
                        .as(name)
                        .isEqualTo(value));
    }

    /** Compiled here, and defined again without a name that anybody could load. */
    static final class Nameless implements Serializable {
        private int value = 5;
        private final String text = String.valueOf(value);

        @Override
        public boolean equals(Object o) {
            return o != null && o.getClass() == getClass() && o.toString().equals(toString());
        }

        @Override
        public int hashCode() {
            return 1;
        }

        @Override
        public String toString() {
            return value + text;
        }
    }

    @Test
    void withoutANameAreRefused() throws Exception {
        byte[] bytes;
        try (InputStream in = Nameless.class.getResourceAsStream("ClassLoadersTest$Nameless.class")) {
            bytes = in.readAllBytes();
        }
        Class<?> hidden = MethodHandles.lookup().defineHiddenClass(bytes, true).lookupClass();
        var constructor = hidden.getDeclaredConstructor();
        constructor.setAccessible(true);
        Object value = constructor.newInstance();

        for (Serializer serializer : Streams.both()) {
            assertThatThrownBy(() -> Streams.write(serializer, value))
                    .isInstanceOf(SerializationException.class)
                    .hasMessageContainingAll("Nameless", "hidden class");
        }
    }
}
