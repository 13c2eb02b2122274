package dev.favilla.serializer;

import com.esotericsoftware.kryo.kryo5.Kryo;
import com.esotericsoftware.kryo.kryo5.Registration;
import com.esotericsoftware.kryo.kryo5.Serializer;
import com.esotericsoftware.kryo.kryo5.io.Input;
import com.esotericsoftware.kryo.kryo5.io.Output;
import com.esotericsoftware.kryo.kryo5.objenesis.strategy.StdInstantiatorStrategy;
import com.esotericsoftware.kryo.kryo5.serializers.ClosureSerializer;
import com.esotericsoftware.kryo.kryo5.serializers.CollectionSerializer;
import com.esotericsoftware.kryo.kryo5.serializers.DefaultArraySerializers;
import com.esotericsoftware.kryo.kryo5.serializers.DefaultSerializers;
import com.esotericsoftware.kryo.kryo5.serializers.FieldSerializer;
import com.esotericsoftware.kryo.kryo5.serializers.MapSerializer;
import com.esotericsoftware.kryo.kryo5.serializers.RecordSerializer;
import com.esotericsoftware.kryo.kryo5.util.DefaultInstantiatorStrategy;
import com.esotericsoftware.kryo.kryo5.util.MapReferenceResolver;
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
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A Kryo that needs no registration and knows which of Kryo's defaults fail on a modern JDK. Belongs to one stream at a
 * time.
 *
 * <p>Records are written as a tag, which is the number of their class, and their content. Boxed numbers and strings are
 * written here, everything else by the serializer of its class. Between that tag and the content Kryo puts a mark by
 * which later references find the object; flat values and whole records never need one.
 */
final class PreparedKryo extends Kryo {

    // Kryo's own numbers for these, plus two.
    private static final int INT_TAG = 2;
    private static final int STRING_TAG = 3;
    private static final int BOOLEAN_TAG = 5;
    private static final int LONG_TAG = 9;
    private static final int DOUBLE_TAG = 10;

    private static final List<Class<?>> FREQUENT = List.of(
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
            Set.of().getClass(),
            Set.of(1).getClass(),
            Map.of().getClass(),
            Map.of(1, 1).getClass(),
            Arrays.asList(1).getClass());

    private final TableClassResolver classes;

    /** Whether nobody registered a serializer of his own for what is written here. */
    private final boolean leavesAreOurs;

    /** Whether a record that was begun here is not finished: until then nothing about it is forgotten. */
    private boolean inRecord;

    private boolean mustForget;

    PreparedKryo(List<KryoRegistration> registrations, ClassLoader loader, ClassTable table) {
        this(registrations, loader, table, new TableClassResolver(table));
    }

    private PreparedKryo(
            List<KryoRegistration> registrations, ClassLoader loader, ClassTable table, TableClassResolver classes) {
        super(classes, new Marks());
        this.classes = classes;
        setRegistrationRequired(false);
        setReferences(true);
        setAutoReset(true);
        setClassLoader(loader);
        setInstantiatorStrategy(new DefaultInstantiatorStrategy(new StdInstantiatorStrategy()));
        List<Serializer<?>> leaves = leaves();
        // Short ids instead of names. The order is the format: append only.
        register(ClosureSerializer.Closure.class, new JavaFallbackSerializer());
        register(InvocationHandler.class, new JavaFallbackSerializer()); // stands for all proxies
        SmallSerializers.register(this);
        for (Class<?> frequent : FREQUENT) {
            register(frequent);
        }
        for (KryoRegistration registration : registrations) {
            registration.register(this);
        }
        leavesAreOurs = leaves.equals(leaves());
        table.startAfter(getNextRegistrationId());
    }

    private List<Serializer<?>> leaves() {
        List<Serializer<?>> found = new ArrayList<>();
        for (Class<?> leaf : List.of(Integer.class, String.class, Boolean.class, Long.class, Double.class)) {
            found.add(getRegistration(leaf).getSerializer());
        }
        return found;
    }

    @Override
    public void writeClassAndObject(Output output, @Nullable Object object) {
        if (object == null) {
            output.writeByte(NULL);
        } else if (leavesAreOurs && object instanceof Long number) {
            output.writeByte(LONG_TAG);
            output.writeVarLong(number, false);
        } else if (leavesAreOurs && object instanceof String text) {
            output.writeByte(STRING_TAG);
            output.writeString(text);
        } else if (leavesAreOurs && object instanceof Integer number) {
            output.writeByte(INT_TAG);
            output.writeVarInt(number, false);
        } else if (leavesAreOurs && object instanceof Double number) {
            output.writeByte(DOUBLE_TAG);
            output.writeDouble(number);
        } else if (!isOutermost() || !writeRecord(output, object)) {
            super.writeClassAndObject(output, object);
        }
    }

    /** Writes a whole record without a mark, if its class allows that. */
    private boolean writeRecord(Output output, Object record) {
        Registration registration = getRegistration(record.getClass());
        if (!(registration.getSerializer() instanceof ObjectCodec codec) || !codec.standsAlone()) {
            return false;
        }
        inRecord = true;
        classes.writeClass(output, record.getClass());
        codec.write(this, output, record);
        endRecord();
        return true;
    }

    @Override
    public @Nullable Object readClassAndObject(Input input) {
        int tag = input.readVarInt(true);
        if (tag == NULL) {
            return null;
        }
        if (leavesAreOurs) {
            switch (tag) {
                case LONG_TAG -> {
                    return input.readVarLong(false);
                }
                case STRING_TAG -> {
                    return input.readString();
                }
                case INT_TAG -> {
                    return input.readVarInt(false);
                }
                case DOUBLE_TAG -> {
                    return input.readDouble();
                }
                case BOOLEAN_TAG -> {
                    return input.readBoolean();
                }
                default -> {
                    // by the serializer of its class
                }
            }
        }
        Registration registration = classes.ofTag(tag);
        if (isOutermost() && registration.getSerializer() instanceof ObjectCodec codec && codec.standsAlone()) {
            inRecord = true;
            Object record = codec.readAlone(this, input, registration.getType());
            endRecord();
            return record;
        }
        classes.readNext(registration);
        return super.readClassAndObject(input);
    }

    private boolean isOutermost() {
        return getDepth() == 0 && !inRecord;
    }

    private void endRecord() {
        inRecord = false;
        if (mustForget) {
            mustForget = false;
            reset();
        }
    }

    /** Called by Kryo whenever an object is finished that is not inside another of its own. */
    @Override
    public void reset() {
        if (inRecord) {
            mustForget = true;
        } else {
            super.reset();
        }
    }

    /** Kryo's own choice, unless that would fail, lose something, or be slower than need be. */
    @Override
    @SuppressWarnings("rawtypes") // Kryo's signature
    public Serializer getDefaultSerializer(Class type) {
        if (isPlatform(type) && Map.Entry.class.isAssignableFrom(type)) {
            return new SmallSerializers.EntrySerializer();
        }
        if (Immutability.isUnmodifiableCollection(type)) {
            return new SafeContainers.Unmodifiable();
        }
        if (Immutability.isUnmodifiableMap(type)) {
            return new SafeContainers.UnmodifiableMap();
        }
        Serializer<?> chosen;
        try {
            chosen = super.getDefaultSerializer(type);
        } catch (RuntimeException e) {
            if (Serializable.class.isAssignableFrom(type)) {
                return new JavaFallbackSerializer(); // it inherits fields that are closed to Kryo
            }
            throw new RecordFailures.Unserializable(type, e);
        }
        Class<?> kind = chosen.getClass();
        if (kind == FieldSerializer.class) {
            return byFields(type, chosen);
        }
        if (kind == RecordSerializer.class) {
            ObjectCodec codec = ObjectCodec.of(type);
            return codec == null ? chosen : codec;
        }
        if (kind == CollectionSerializer.class) {
            return canBeFilled(type) ? new SafeContainers.Filled() : forContainer(type);
        }
        if (kind == MapSerializer.class) {
            return canBeFilled(type) ? new SafeContainers.FilledMap() : forContainer(type);
        }
        if (kind == DefaultArraySerializers.ObjectArraySerializer.class) {
            return new SafeContainers.Arrayed(this, type);
        }
        return guarded(kind, chosen);
    }

    /** The rest of Kryo's own that make room for as many elements as are announced. */
    private static Serializer<?> guarded(Class<?> kind, Serializer<?> chosen) {
        if (kind == DefaultArraySerializers.StringArraySerializer.class) {
            return new SafeContainers.Strings();
        }
        if (kind == DefaultArraySerializers.BooleanArraySerializer.class) {
            return new SafeContainers.Booleans();
        }
        if (kind == DefaultSerializers.PriorityQueueSerializer.class) {
            return new SafeContainers.Queues();
        }
        return kind == DefaultSerializers.ArraysAsListSerializer.class ? new SafeContainers.AsList() : chosen;
    }

    private static Serializer<?> byFields(Class<?> type, Serializer<?> chosen) {
        if (isPlatform(type) || Throwable.class.isAssignableFrom(type)) {
            return new JavaFallbackSerializer();
        }
        ObjectCodec codec = ObjectCodec.of(type);
        return codec == null ? chosen : codec;
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

    static boolean isPlatform(Class<?> type) {
        ClassLoader loader = type.getClassLoader();
        return loader == null || loader == ClassLoader.getPlatformClassLoader();
    }

    /** The marks of objects, for those that may be referred to. */
    private static final class Marks extends MapReferenceResolver {

        @Override
        @SuppressWarnings("rawtypes") // Kryo's signature
        public boolean useReferences(Class type) {
            Class<?> known = type;
            return !FlatTypes.isFlat(known);
        }

        @Override
        @SuppressWarnings("rawtypes") // Kryo's signature
        public Object getReadObject(Class type, int id) {
            Object found = super.getReadObject(type, id);
            if (found == null) {
                throw new SerializationException(
                        "A value without setters, such as a record or a List.of, is part of a cycle that begins with"
                                + " itself: no constructor can be given its own result. Break the cycle by an object"
                                + " that can be made first, such as an ArrayList.",
                        null);
            }
            return found;
        }
    }
}
