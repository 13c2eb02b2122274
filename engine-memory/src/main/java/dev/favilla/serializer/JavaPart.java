package dev.favilla.serializer;

import com.esotericsoftware.kryo.kryo5.Kryo;
import com.esotericsoftware.kryo.kryo5.Serializer;
import com.esotericsoftware.kryo.kryo5.io.Input;
import com.esotericsoftware.kryo.kryo5.io.Output;
import dev.favilla.value.FlatTypes;
import dev.favilla.value.SerialForm;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes an object, and what it consists of, by Java serialization, as its class asks for: the length, the bytes, and
 * then the <i>guests</i>. These are objects inside that are better written by Kryo: those that are not serializable,
 * those of which Java serialization would lose fields, those that the user has registered a serializer for, and those
 * that the record refers to from elsewhere and Kryo knows already. In the bytes numbers stand for them.
 *
 * <p>References stay within the bytes, and from the bytes and from guests to what Kryo has met before. What a guest
 * shares with the bytes around it would come back twice, and a cycle through it open: that is refused.
 */
final class JavaPart extends Serializer<Object> {

    /** Stands for a guest. */
    private record Guest(int number) implements Serializable {}

    @Override
    public void write(Kryo kryo, Output output, Object value) {
        PreparedKryo records = (PreparedKryo) kryo;
        Writer writer = Writer.open(records, value);
        byte[] bytes = writer.write();
        if (writer.forgetful) {
            records.checkForgetful(value);
        }
        output.writeVarInt(bytes.length, true);
        output.writeBytes(bytes);
        output.writeVarInt(writer.guests.size(), true);
        if (!writer.guests.isEmpty()) {
            List<Object> entered = records.hosts().enter(writer.residents);
            for (Object guest : writer.guests) {
                kryo.writeClassAndObject(output, guest);
            }
            records.hosts().leave(entered);
        }
    }

    @Override
    public Object read(Kryo kryo, Input input, Class<? extends Object> type) {
        int length = input.readVarInt(true);
        try {
            byte[] bytes = input.readNBytes(length); // grows with what is there: a wrong length allocates nothing
            if (bytes.length != length) {
                throw new SerializationException(
                        "A value of " + length + " bytes was announced, " + bytes.length + " are there.", null);
            }
            try (Reader reader = new Reader((PreparedKryo) kryo, bytes, input)) {
                Object value = reader.readObject();
                reader.readOtherGuests();
                return value;
            }
        } catch (RuntimeException | VirtualMachineError e) {
            throw e;
        } catch (Throwable t) { // readObject of the user's classes may throw anything, undeclared checked ones too
            throw new SerializationException(
                    "Cannot read a value of " + type.getName() + " that was written by Java serialization: "
                            + RecordFailures.described(t)
                            + ". Look at readObject, readResolve or readExternal of its classes.",
                    t);
        }
    }

    private static final class Writer extends RecordGraphWriter {

        private final PreparedKryo kryo;
        private final List<Object> guests = new ArrayList<>();

        /** What stands in the bytes themselves, as far as others might refer to it. */
        private final Set<Object> residents = Collections.newSetFromMap(new IdentityHashMap<>());

        private boolean begun;

        /** Whether anything was met that may forget a part of what it stands for. */
        private boolean forgetful;

        private Writer(PreparedKryo kryo, Object root) throws IOException {
            super(root, kryo.classes());
            this.kryo = kryo;
            residents.add(root); // its writeReplace may put another there
        }

        static Writer open(PreparedKryo kryo, Object root) {
            try {
                return new Writer(kryo, root);
            } catch (IOException e) {
                throw new IllegalStateException("A stream into memory could not be opened", e);
            }
        }

        @Override
        protected Object replace(Object object) throws IOException {
            RecordFailures.requireData(object);
            Class<?> type = object.getClass();
            boolean first = !begun;
            begun = true;
            forgetful |= SerialForm.isForgetful(type);
            if (type == Class.class || FlatTypes.isLeaf(type)) {
                return object;
            }
            kryo.hosts().requireOutside(object);
            boolean guest = first ? kryo.isWritten(object) && !residents.contains(object) : isGuest(object, type);
            if (guest) {
                guests.add(object);
                return new Guest(guests.size() - 1);
            }
            residents.add(object);
            return object;
        }

        private boolean isGuest(Object object, Class<?> type) {
            return (kryo.isWritten(object) && !residents.contains(object))
                    || !SerialForm.of(type).isSerializable()
                    || (!SerialForm.of(type).isComplete()
                            && !SerialForm.of(type).isCustom())
                    || kryo.isWrittenByUser(type);
        }
    }

    private static final class Reader extends GraphReader {

        private final PreparedKryo kryo;
        private final Input input;
        private final List<@Nullable Object> guests = new ArrayList<>();
        private final int announced;

        Reader(PreparedKryo kryo, byte[] bytes, Input input) throws IOException {
            super(bytes, kryo.classes());
            this.kryo = kryo;
            this.input = input;
            this.announced = input.readVarInt(true);
        }

        @Override
        protected Object resolve(Object object) throws IOException {
            return object instanceof Guest guest ? guest(guest.number()) : object;
        }

        /** They are met in the order in which they follow. */
        private Object guest(int number) throws IOException {
            if (number < 0 || number >= announced) {
                throw new IOException("There is no guest number " + number);
            }
            while (guests.size() <= number) {
                guests.add(kryo.readClassAndObject(input));
            }
            Object guest = guests.get(number);
            if (guest == null) {
                throw new IOException("Guest number " + number + " is null");
            }
            return guest;
        }

        /** Reads those that a {@code readObject} has not asked for. */
        void readOtherGuests() {
            while (guests.size() < announced) {
                guests.add(kryo.readClassAndObject(input));
            }
        }
    }
}
