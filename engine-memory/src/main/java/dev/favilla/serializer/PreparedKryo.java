package dev.favilla.serializer;

import com.esotericsoftware.kryo.kryo5.Kryo;
import com.esotericsoftware.kryo.kryo5.KryoSerializable;
import com.esotericsoftware.kryo.kryo5.Registration;
import com.esotericsoftware.kryo.kryo5.Serializer;
import com.esotericsoftware.kryo.kryo5.SerializerFactory;
import com.esotericsoftware.kryo.kryo5.io.Input;
import com.esotericsoftware.kryo.kryo5.io.Output;
import com.esotericsoftware.kryo.kryo5.serializers.ClosureSerializer;
import com.esotericsoftware.kryo.kryo5.util.MapReferenceResolver;
import dev.favilla.value.FlatTypes;
import dev.favilla.value.Immutability;
import dev.favilla.value.NumberList;
import java.lang.reflect.InvocationHandler;
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

    private final ClassTable table;
    private final @Nullable FirstUse firstUse;
    private final TableClassResolver classes;
    private final Marks marks;
    private final Hosts hosts;

    /** Classes that registrations have added default serializers for; their subclasses, too. */
    private final List<Class<?>> chosenByUser;

    /** Classes that registrations have registered serializers for. */
    private final Set<Class<?>> registeredByUser = new HashSet<>();

    /** Whether registrations are being called. */
    private boolean asksUser;

    /** What {@link #getDefaultSerializer} returned last. */
    private @Nullable Serializer<?> lastChosen;

    /** Whether nobody registered a serializer of his own for what is written here. */
    private final boolean leavesAreOurs;

    /** How many numbers registrations have taken. */
    private final int registered;

    /** Whether a record that was begun here is not finished: until then nothing about it is forgotten. */
    private boolean inRecord;

    private boolean mustForget;

    /** @param firstUse checks classes when they are first met; null if they are met for that very check */
    PreparedKryo(
            List<KryoRegistration> registrations, ClassLoader loader, ClassTable table, @Nullable FirstUse firstUse) {
        this(registrations, loader, table, firstUse, new TableClassResolver(table), new Marks(new Hosts()));
    }

    private PreparedKryo(
            List<KryoRegistration> registrations,
            ClassLoader loader,
            ClassTable table,
            @Nullable FirstUse firstUse,
            TableClassResolver classes,
            Marks marks) {
        super(classes, marks);
        this.table = table;
        this.firstUse = firstUse;
        this.classes = classes;
        this.marks = marks;
        this.hosts = marks.hosts;
        this.chosenByUser = new ArrayList<>();
        setRegistrationRequired(false);
        setReferences(true);
        setAutoReset(true);
        setClassLoader(loader);
        setInstantiatorStrategy(new Instantiators());
        List<Serializer<?>> leaves = leaves();
        // Short ids instead of names. The order is the format: append only.
        register(ClosureSerializer.Closure.class, new JavaPart());
        register(InvocationHandler.class, new JavaPart()); // stands for all proxies
        SmallSerializers.register(this);
        for (Class<?> frequent : FREQUENT) {
            register(frequent);
        }
        asksUser = true;
        for (KryoRegistration registration : registrations) {
            registration.register(this);
        }
        asksUser = false;
        leavesAreOurs = leaves.equals(leaves());
        registered = getNextRegistrationId();
        table.startAfter(registered);
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
        } else if (object instanceof NumberList numbers) {
            super.writeClassAndObject(output, numbers.toArrayList());
        } else if (!isOutermost() || !writeRecord(output, object)) {
            super.writeClassAndObject(output, object);
        }
    }

    /** Writes a whole record without a mark, if its class allows that. */
    private boolean writeRecord(Output output, Object record) {
        Registration registration = getRegistration(record.getClass());
        if (registration.getSerializer() instanceof FirstUse.Pending pending) {
            pending.check(this, record);
        }
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
        if (registration.getSerializer() instanceof FirstUse.Pending pending) {
            pending.passed(registration); // whoever wrote it has checked it
        }
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

    /** What the user has chosen, else what is known to lose nothing. */
    @Override
    @SuppressWarnings("rawtypes") // Kryo's signature
    public Serializer getDefaultSerializer(Class type) {
        Class<?> known = type;
        if (isChosenByUser(known)) {
            return super.getDefaultSerializer(type);
        }
        Serializer<?> chosen = SerializerChoice.of(known, this, super::getDefaultSerializer);
        FirstUse check = firstUse;
        lastChosen = check != null && check.isDue(known) ? check.before(known, chosen) : chosen;
        return lastChosen;
    }

    /** Checks whether {@code value}, which holds what may forget something, comes back equal. */
    void checkForgetful(Object value) {
        FirstUse check = firstUse;
        if (check != null) {
            check.checkForgetful(value);
        }
    }

    /** Returns the classes that have numbers of their own in every Kryo like this, in the order of these. */
    List<Class<?>> registered() {
        List<Class<?>> all = new ArrayList<>(registered);
        for (int id = 0; id < registered; id++) {
            Registration one = getRegistration(id);
            all.add(one == null ? void.class : one.getType());
        }
        return all;
    }

    /** As {@link dev.favilla.serializer.Serializer#writesFields}. */
    boolean writesFields(Class<?> type) {
        return !isWrittenByUser(type)
                && SerializerChoice.of(type, this, super::getDefaultSerializer) instanceof ObjectCodec;
    }

    private boolean isChosenByUser(Class<?> type) {
        if (getDefaultSerializerForAnnotatedType(type) != null || KryoSerializable.class.isAssignableFrom(type)) {
            return true;
        }
        for (Class<?> chosen : chosenByUser) {
            if (chosen.isAssignableFrom(type)) {
                return true;
            }
        }
        return false;
    }

    @Override
    @SuppressWarnings("rawtypes") // Kryo's signatures, here and below
    public void addDefaultSerializer(Class type, Serializer serializer) {
        super.addDefaultSerializer(type, serializer);
        remember(type);
    }

    @Override
    @SuppressWarnings("rawtypes")
    public void addDefaultSerializer(Class type, SerializerFactory factory) {
        super.addDefaultSerializer(type, factory);
        remember(type);
    }

    @Override
    @SuppressWarnings("rawtypes")
    public void addDefaultSerializer(Class type, Class<? extends Serializer> serializer) {
        super.addDefaultSerializer(type, serializer);
        remember(type);
    }

    private void remember(Class<?> type) {
        if (chosenByUser != null) { // null while Kryo's constructor adds its own
            chosenByUser.add(type);
        }
    }

    /** Returns whether the user has registered a serializer for a class, or for one of its superclasses as default. */
    boolean isWrittenByUser(Class<?> type) {
        return registeredByUser.contains(type) || isChosenByUser(type);
    }

    @Override
    @SuppressWarnings("rawtypes")
    public Registration register(Class type, Serializer serializer) {
        remember(type, serializer);
        return super.register(type, serializer);
    }

    @Override
    @SuppressWarnings("rawtypes")
    public Registration register(Class type, Serializer serializer, int id) {
        remember(type, serializer);
        return super.register(type, serializer, id);
    }

    @Override
    public Registration register(Registration registration) {
        remember(registration.getType(), registration.getSerializer());
        return super.register(registration);
    }

    /** A class that is registered without a serializer has the one that was chosen here. */
    private void remember(Class<?> type, Serializer<?> serializer) {
        if (asksUser && serializer != lastChosen) {
            registeredByUser.add(type);
        }
    }

    /** Only lambdas: other hidden classes are classes like any. */
    @Override
    @SuppressWarnings("rawtypes") // Kryo's signature
    public boolean isClosure(Class type) {
        return Immutability.isLambda(type);
    }

    ClassTable classes() {
        return table;
    }

    Hosts hosts() {
        return hosts;
    }

    /** Returns whether this record has met {@code object} before, and can refer to it. */
    boolean isWritten(Object object) {
        return marks.idOf(object) != Marks.UNKNOWN;
    }

    /** The marks of objects, for those that may be referred to. */
    private static final class Marks extends MapReferenceResolver {

        static final int UNKNOWN = -1;

        private final Hosts hosts;

        Marks(Hosts hosts) {
            this.hosts = hosts;
        }

        @Override
        @SuppressWarnings("rawtypes") // Kryo's signature
        public boolean useReferences(Class type) {
            Class<?> known = type;
            return !FlatTypes.isFlat(known);
        }

        /** Asked for each object that may be referred to, before it is written. */
        @Override
        public int getWrittenId(Object object) {
            hosts.requireOutside(object);
            return super.getWrittenId(object);
        }

        int idOf(Object object) {
            return super.getWrittenId(object);
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
