package dev.favilla.serializer;

import com.esotericsoftware.kryo.kryo5.Kryo;
import com.esotericsoftware.kryo.kryo5.Serializer;
import com.esotericsoftware.kryo.kryo5.io.Input;
import com.esotericsoftware.kryo.kryo5.io.Output;
import com.esotericsoftware.kryo.kryo5.serializers.DefaultArraySerializers;
import com.esotericsoftware.kryo.kryo5.serializers.DefaultSerializers;
import dev.favilla.attempt.TaskBound;
import dev.favilla.value.DriverOnlySearch;
import dev.favilla.value.PlatformTypes;
import dev.favilla.value.SerialForm;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URL;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.Collections;
import java.util.Currency;
import java.util.Date;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Hashtable;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import java.util.Stack;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.Vector;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Function;

/**
 * Which serializer writes a class that the user has registered none for. Nothing is chosen that is known to lose
 * something: Kryo's own serializers for classes of the JDK that they copy wholly, never for subclasses; Java
 * serialization for classes that have their own say in it or inherit state that is closed to us; else the fields. What
 * is left gets a serializer that refuses it.
 */
final class SerializerChoice {

    /** Whose own serializers of Kryo's give all there is. */
    private static final Set<Class<?>> WHOLE_BY_KRYO = Set.of(
            Boolean.class,
            Byte.class,
            Short.class,
            Character.class,
            Integer.class,
            Long.class,
            Float.class,
            Double.class,
            Void.class,
            String.class,
            StringBuilder.class,
            StringBuffer.class,
            BigInteger.class,
            BigDecimal.class,
            BitSet.class,
            Currency.class,
            Date.class,
            URL.class,
            Optional.class,
            OptionalInt.class,
            OptionalLong.class,
            OptionalDouble.class,
            TreeMap.class,
            TreeSet.class,
            ConcurrentSkipListMap.class,
            PriorityQueue.class,
            EnumSet.class,
            Arrays.asList().getClass(),
            Collections.emptyList().getClass(),
            Collections.emptySet().getClass(),
            Collections.emptyMap().getClass(),
            Collections.singletonList(1).getClass(),
            Collections.singleton(1).getClass(),
            Collections.singletonMap(1, 1).getClass());

    /** Making an empty one and adding the elements gives all there was. */
    private static final Set<Class<?>> FILLED = Set.of(
            ArrayList.class,
            LinkedList.class,
            ArrayDeque.class,
            Vector.class,
            Stack.class,
            HashSet.class,
            LinkedHashSet.class,
            ConcurrentLinkedQueue.class,
            ConcurrentLinkedDeque.class,
            HashMap.class,
            LinkedHashMap.class,
            Hashtable.class,
            IdentityHashMap.class,
            WeakHashMap.class,
            ConcurrentHashMap.class);

    private SerializerChoice() {}

    /**
     * @param kryo whose arrays it will be for
     * @param kryosOwn what Kryo would choose
     */
    static Serializer<?> of(Class<?> type, Kryo kryo, Function<Class<?>, Serializer<?>> kryosOwn) {
        if (DriverOnlySearch.isDriverOnly(type) || TaskBound.class.isAssignableFrom(type)) {
            return new NoData();
        }
        if (type == Class.class) {
            return new SmallSerializers.ClassSerializer();
        }
        if (type.isArray()) {
            return ofArray(type, kryo, kryosOwn);
        }
        if (Enum.class.isAssignableFrom(type)) {
            return kryosOwn.apply(type);
        }
        return PlatformTypes.isPlatform(type) ? ofPlatform(type, kryosOwn) : ofUser(type, kryosOwn);
    }

    /** Those that Kryo makes before it looks whether there are as many elements are ours. */
    private static Serializer<?> ofArray(Class<?> type, Kryo kryo, Function<Class<?>, Serializer<?>> kryosOwn) {
        if (type == String[].class) {
            return new SafeContainers.Strings();
        }
        if (type == boolean[].class) {
            return new SafeContainers.Booleans();
        }
        Serializer<?> chosen = kryosOwn.apply(type);
        return chosen.getClass() == DefaultArraySerializers.ObjectArraySerializer.class
                ? new SafeContainers.Arrayed(kryo, type)
                : chosen;
    }

    private static Serializer<?> ofPlatform(Class<?> type, Function<Class<?>, Serializer<?>> kryosOwn) {
        if (Map.Entry.class.isAssignableFrom(type)) {
            return new SmallSerializers.EntrySerializer();
        }
        if (PlatformTypes.isUnmodifiableCollection(type)) {
            return new SafeContainers.Unmodifiable();
        }
        if (PlatformTypes.isUnmodifiableMap(type)) {
            return new SafeContainers.UnmodifiableMap();
        }
        if (FILLED.contains(type)) {
            return Map.class.isAssignableFrom(type) ? new SafeContainers.FilledMap() : new SafeContainers.Filled();
        }
        if (WHOLE_BY_KRYO.contains(type)
                || PlatformTypes.JAVA_TIME.contains(type)
                || Charset.class.isAssignableFrom(type)) {
            return guarded(kryosOwn.apply(type));
        }
        if (ByteBuffer.class.isAssignableFrom(type)) {
            return new SmallSerializers.ByteBufferSerializer();
        }
        if (ContainerViews.isUnmodifiableList(type)) {
            return new ContainerViews.OfCollection();
        }
        if (SerialForm.of(type).isSerializable()) {
            return byJava(type);
        }
        if (Map.class.isAssignableFrom(type)) {
            return new ContainerViews.OfMap();
        }
        return Collection.class.isAssignableFrom(type) && !Queue.class.isAssignableFrom(type)
                ? new ContainerViews.OfCollection()
                : new Refused("it is a class of the JDK and not java.io.Serializable");
    }

    /** The rest of Kryo's own that make room for as many elements as are announced. */
    private static Serializer<?> guarded(Serializer<?> chosen) {
        if (chosen.getClass() == DefaultSerializers.PriorityQueueSerializer.class) {
            return new SafeContainers.Queues();
        }
        return chosen.getClass() == DefaultSerializers.ArraysAsListSerializer.class
                ? new SafeContainers.AsList()
                : chosen;
    }

    private static Serializer<?> ofUser(Class<?> type, Function<Class<?>, Serializer<?>> kryosOwn) {
        SerialForm form = SerialForm.of(type);
        if (form.isSerializable() && (form.isCustom() || SerialForm.inheritsStateOfPlatform(type))) {
            return form.isCustom() || form.isComplete()
                    ? byJava(type)
                    : new Refused("it inherits fields that are closed to us and not part of Java serialization");
        }
        Serializer<?> constants = SmallSerializers.Constants.of(type);
        if (constants != null) {
            return constants;
        }
        if (ObjectCodec.isAnnotatedForKryo(type)) {
            return kryosOwn.apply(type);
        }
        ObjectCodec codec = ObjectCodec.of(type);
        if (codec != null) {
            return codec;
        }
        if (form.isSerializable()) {
            return byJava(type);
        }
        Class<?> closed = ObjectCodec.closedPart(type);
        return new Refused("the fields of "
                + (closed == null || closed == type ? "its class" : "its superclass " + closed.getName())
                + " are closed to us, and it is not java.io.Serializable");
    }

    private static Serializer<?> byJava(Class<?> type) {
        String unreadable = SerialForm.of(type).whyUnreadable();
        return unreadable == null
                ? new JavaPart()
                : new Refused("it could not be read back by Java serialization: " + unreadable);
    }

    /** Refuses every instance; the class itself may be a value. */
    static final class Refused extends Serializer<Object> {

        private final String reason;

        Refused(String reason) {
            this.reason = reason;
        }

        @Override
        public void write(Kryo kryo, Output output, Object value) {
            throw new RecordFailures.Unserializable(
                    value,
                    "a " + value.getClass().getName() + " cannot be written: " + reason,
                    RecordFailures.REMEDY,
                    null);
        }

        @Override
        public Object read(Kryo kryo, Input input, Class<? extends Object> type) {
            throw new SerializationException(type.getName() + " cannot be read: it is never written", null);
        }
    }

    /** Refuses what exists outside tasks only or stands for something inside them. */
    private static final class NoData extends Serializer<Object> {

        @Override
        public void write(Kryo kryo, Output output, Object value) {
            RecordFailures.requireData(value);
        }

        @Override
        public Object read(Kryo kryo, Input input, Class<? extends Object> type) {
            throw new SerializationException(type.getName() + " cannot be read: it is never written", null);
        }
    }
}
