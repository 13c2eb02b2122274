package dev.favilla.serializer;

import com.esotericsoftware.kryo.kryo5.Kryo;
import com.esotericsoftware.kryo.kryo5.Serializer;
import com.esotericsoftware.kryo.kryo5.objenesis.strategy.StdInstantiatorStrategy;
import com.esotericsoftware.kryo.kryo5.serializers.ClosureSerializer;
import com.esotericsoftware.kryo.kryo5.serializers.CollectionSerializer;
import com.esotericsoftware.kryo.kryo5.serializers.FieldSerializer;
import com.esotericsoftware.kryo.kryo5.serializers.MapSerializer;
import com.esotericsoftware.kryo.kryo5.util.DefaultInstantiatorStrategy;
import java.io.Serializable;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Modifier;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A Kryo that needs no registration and knows which of Kryo's defaults fail on a modern JDK. Belongs to one stream at a
 * time.
 */
final class PreparedKryo extends Kryo {

    PreparedKryo(List<KryoRegistration> registrations, ClassLoader loader) {
        setRegistrationRequired(false);
        setReferences(true);
        setAutoReset(true);
        setClassLoader(loader);
        setInstantiatorStrategy(new DefaultInstantiatorStrategy(new StdInstantiatorStrategy()));
        // Short ids instead of names. The order is the format: append only.
        register(ClosureSerializer.Closure.class, new JavaFallbackSerializer());
        register(InvocationHandler.class, new JavaFallbackSerializer()); // stands for all proxies
        SmallSerializers.register(this);
        for (Class<?> frequent : List.of(
                byte[].class,
                int[].class,
                long[].class,
                double[].class,
                char[].class,
                boolean[].class,
                String[].class,
                Object[].class,
                ArrayList.class,
                LinkedList.class,
                ArrayDeque.class,
                HashMap.class,
                LinkedHashMap.class,
                TreeMap.class,
                HashSet.class,
                LinkedHashSet.class,
                TreeSet.class,
                BigInteger.class,
                BigDecimal.class,
                Instant.class,
                Duration.class,
                LocalDate.class,
                LocalTime.class,
                LocalDateTime.class,
                List.of().getClass(),
                List.of(1).getClass(),
                Map.of().getClass(),
                Map.of(1, 1).getClass(),
                Arrays.asList(1).getClass())) {
            register(frequent);
        }
        for (KryoRegistration registration : registrations) {
            registration.register(this);
        }
    }

    /** Kryo's own choice, unless that would fail or lose something later. */
    @Override
    @SuppressWarnings("rawtypes") // Kryo's signature
    public Serializer getDefaultSerializer(Class type) {
        if (isPlatform(type) && Map.Entry.class.isAssignableFrom(type)) {
            return new SmallSerializers.EntrySerializer();
        }
        Serializer<?> chosen;
        try {
            chosen = super.getDefaultSerializer(type);
        } catch (RuntimeException e) {
            if (Serializable.class.isAssignableFrom(type)) {
                return new JavaFallbackSerializer(); // it inherits fields that are closed to Kryo
            }
            throw e;
        }
        boolean byFields = chosen.getClass() == FieldSerializer.class;
        boolean byContent = chosen.getClass() == CollectionSerializer.class || chosen.getClass() == MapSerializer.class;
        if (byFields && (isPlatform(type) || Throwable.class.isAssignableFrom(type))) {
            return new JavaFallbackSerializer();
        }
        return byContent && !canBeFilled(type) ? forContainer(type) : chosen;
    }

    /** Returns whether making an empty one and adding the elements gives all that there was. */
    private static boolean canBeFilled(Class<?> type) {
        try {
            boolean made = !isPlatform(type)
                    || Modifier.isPublic(type.getDeclaredConstructor().getModifiers());
            return made && !hasFieldsOfItsOwn(type);
        } catch (NoSuchMethodException e) {
            return false;
        }
    }

    private static boolean hasFieldsOfItsOwn(Class<?> type) {
        for (Class<?> c = type; c != null && !isPlatform(c); c = c.getSuperclass()) {
            for (Field field : c.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers())) {
                    return true;
                }
            }
        }
        return false;
    }

    private static Serializer<?> forContainer(Class<?> type) {
        boolean serializable = Serializable.class.isAssignableFrom(type);
        if (!isPlatform(type) || (serializable && !SmallSerializers.isUnmodifiableView(type))) {
            return new JavaFallbackSerializer();
        }
        return Map.class.isAssignableFrom(type)
                ? new SmallSerializers.MapViewSerializer()
                : new SmallSerializers.CollectionViewSerializer();
    }

    private static boolean isPlatform(Class<?> type) {
        ClassLoader loader = type.getClassLoader();
        return loader == null || loader == ClassLoader.getPlatformClassLoader();
    }
}
