package dev.favilla.text;

import dev.favilla.serializer.JavaRecordSerializer;
import dev.favilla.serializer.PortableSerializer;
import dev.favilla.serializer.Serializer;
import dev.favilla.value.PlatformTypes;
import java.io.OutputStream;
import java.io.Serializable;
import java.lang.reflect.Field;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.WildcardType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.net.URL;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.Currency;
import java.util.Date;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The classes that a file may name: values and collections of the JDK, those that the user has passed, and what these are
 * made of. A name that is none of them stays a name; nothing is ever loaded by it.
 */
final class KnownClasses implements Serializable {

    private static final long serialVersionUID = 1L;

    private final List<Class<?>> passed;

    /** By name; made where it is first asked for. */
    private transient volatile @Nullable Map<String, Class<?>> byName;

    private KnownClasses(List<Class<?>> passed) {
        this.passed = List.copyOf(passed);
    }

    static KnownClasses of(List<Class<?>> passed) {
        return new KnownClasses(passed);
    }

    /** Returns the class with this name, as {@link Class#getName} gives it, if it is known. */
    @Nullable
    Class<?> named(String name) {
        Map<String, Class<?>> known = byName;
        if (known == null) {
            known = all();
            byName = known;
        }
        return named(name, known);
    }

    private static @Nullable Class<?> named(String name, Map<String, Class<?>> known) {
        if (!name.startsWith("[")) {
            return known.get(name);
        }
        String element = name.substring(1);
        Class<?> type = element.startsWith("[")
                ? named(element, known)
                : element.startsWith("L") && element.endsWith(";")
                        ? known.get(element.substring(1, element.length() - 1))
                        : primitive(element);
        return type == null ? null : type.arrayType();
    }

    private static @Nullable Class<?> primitive(String descriptor) {
        return switch (descriptor) {
            case "Z" -> boolean.class;
            case "B" -> byte.class;
            case "C" -> char.class;
            case "S" -> short.class;
            case "I" -> int.class;
            case "J" -> long.class;
            case "F" -> float.class;
            case "D" -> double.class;
            default -> null;
        };
    }

    private Map<String, Class<?>> all() {
        Map<String, Class<?>> found = new HashMap<>();
        ofPlatform().forEach(type -> withParents(type, found));
        Deque<Class<?>> open = new ArrayDeque<>(passed);
        while (!open.isEmpty()) {
            Class<?> type = open.pop();
            while (type.isArray()) {
                type = type.getComponentType();
            }
            if (found.putIfAbsent(type.getName(), type) == null && !PlatformTypes.isPlatform(type)) {
                addPartsOf(type, open);
            }
        }
        return Map.copyOf(found);
    }

    private static void withParents(Class<?> type, Map<String, Class<?>> found) {
        for (Class<?> each = type; each != null; each = each.getSuperclass()) {
            found.put(each.getName(), each);
        }
    }

    private static void addPartsOf(Class<?> type, Deque<Class<?>> open) {
        Class<?> parent = type.getSuperclass();
        if (parent != null) {
            open.add(parent);
        }
        if (type.isSealed()) {
            open.addAll(Arrays.asList(type.getPermittedSubclasses()));
        }
        if (type.isEnum()) {
            for (Object constant : type.getEnumConstants()) {
                open.add(constant.getClass());
            }
        }
        for (Field field : type.getDeclaredFields()) {
            if (!Modifier.isStatic(field.getModifiers())) {
                addTypesIn(field.getGenericType(), open);
            }
        }
    }

    private static void addTypesIn(Type type, Deque<Class<?>> open) {
        if (type instanceof Class<?> plain) {
            open.add(plain);
        } else if (type instanceof ParameterizedType generic) {
            addTypesIn(generic.getRawType(), open);
            for (Type argument : generic.getActualTypeArguments()) {
                addTypesIn(argument, open);
            }
        } else if (type instanceof GenericArrayType array) {
            addTypesIn(array.getGenericComponentType(), open);
        } else if (type instanceof WildcardType wildcard) {
            addTypesIn(wildcard.getUpperBounds()[0], open);
        }
    }

    @SuppressWarnings("JdkObsolete") // linked lists are asked for their class, or that of a list around one
    private static List<Class<?>> ofPlatform() {
        List<Class<?>> types = new ArrayList<>(PlatformTypes.JAVA_TIME);
        types.addAll(List.of(
                Boolean.class, Byte.class, Short.class, Character.class, Integer.class, Long.class, Float.class));
        types.addAll(List.of(
                Double.class, String.class, StringBuilder.class, BigInteger.class, BigDecimal.class, BitSet.class));
        types.addAll(
                List.of(Currency.class, Date.class, URL.class, URI.class, UUID.class, Locale.class, Optional.class));
        types.addAll(List.of(OptionalInt.class, OptionalLong.class, OptionalDouble.class, Object.class, Enum.class));
        types.addAll(List.of(ArrayList.class, LinkedList.class, ArrayDeque.class, HashSet.class, TreeSet.class));
        types.addAll(List.of(LinkedHashSet.class, HashMap.class, LinkedHashMap.class, TreeMap.class, EnumMap.class));
        types.add(ConcurrentHashMap.class);
        List<Object> samples = List.of(
                List.of(),
                List.of(1),
                Set.of(),
                Set.of(1),
                Map.of(),
                Map.of(1, 1),
                Arrays.asList(1),
                Collections.emptyList(),
                Collections.emptySet(),
                Collections.emptyMap(),
                Collections.singletonList(1),
                Collections.singleton(1),
                Collections.singletonMap(1, 1),
                Collections.unmodifiableList(new ArrayList<>()),
                Collections.unmodifiableCollection(new ArrayList<>()),
                Collections.unmodifiableSet(new HashSet<>()),
                Collections.unmodifiableMap(new HashMap<>()),
                Instant.EPOCH,
                LocalDate.EPOCH,
                BigDecimal.ONE);
        samples.forEach(value -> types.add(value.getClass()));
        types.addAll(standIns(samples));
        return types;
    }

    /** Returns the classes that Java serialization writes in the place of some values, which have no public name. */
    private static List<Class<?>> standIns(List<Object> values) {
        PortableSerializer java = new JavaRecordSerializer().portable(List.of());
        try (Serializer.RecordOutput out = java.serializer().open(OutputStream.nullOutputStream())) {
            values.forEach(out::write);
        }
        return java.classes().get();
    }
}
