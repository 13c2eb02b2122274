package dev.favilla.serializer;

import com.esotericsoftware.kryo.kryo5.Kryo;
import com.esotericsoftware.kryo.kryo5.Registration;
import com.esotericsoftware.kryo.kryo5.io.Input;
import com.esotericsoftware.kryo.kryo5.io.Output;
import dev.favilla.value.CapturePath;
import dev.favilla.value.PlatformTypes;
import java.lang.reflect.Method;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Checks, when the first value of a class of the user's comes by, that it comes back equal: a class that forgets a part
 * of itself on the way is refused before its records are changed. Once for each class and context; nothing after that.
 *
 * <p>Only a class that tells its values apart by content can be judged. Two copies are read of the same bytes: if they
 * are equal to each other and the value is not equal to them, something was lost. If they are not, equality is identity
 * in some part, as with arrays, and says nothing. What fails in any other way, or is long, says nothing either.
 *
 * <p><b>Threads.</b> May be used from any thread; two at once may check the same class.
 */
final class FirstUse {

    /** Copies values as records are copied, but checks nothing. */
    interface Copier {

        /** Returns the bytes of {@code value}. May throw anything, also because they would be long. */
        byte[] write(Object value);

        @Nullable
        Object read(byte[] bytes);
    }

    private final Copier copier;
    private final Set<Class<?>> checked = ConcurrentHashMap.newKeySet();

    FirstUse(Copier copier) {
        this.copier = copier;
    }

    /** Returns whether {@code type} can be checked and has not been. */
    boolean isDue(Class<?> type) {
        return !PlatformTypes.isPlatform(type)
                && !type.isArray()
                && !type.isInterface()
                && !Enum.class.isAssignableFrom(type)
                && !Throwable.class.isAssignableFrom(type)
                && !checked.contains(type)
                && comparesContent(type);
    }

    private static boolean comparesContent(Class<?> type) {
        try {
            Method equals = type.getMethod("equals", Object.class);
            return equals.getDeclaringClass() != Object.class;
        } catch (NoSuchMethodException | LinkageError e) {
            return false; // LinkageError: a signature names a class that is not there
        }
    }

    /**
     * Checks {@code value}, if a value of its class was never checked before.
     *
     * @throws RecordFailures.Unserializable if it would not come back equal
     */
    void check(Object value) {
        Class<?> type = value.getClass();
        if (isDue(type)) {
            if (isChanged(value)) {
                Object culprit = innermost(value);
                throw new RecordFailures.Unserializable(
                        culprit,
                        "a " + culprit.getClass().getName() + " does not come back equal, by its own equals",
                        "Likely a transient field takes part in equals, or a constructor changes its arguments, or a"
                                + " superclass keeps a part that is not serialized. Give the class writeObject and"
                                + " readObject, or make it a record of what equals compares, or register a Kryo"
                                + " serializer for it.",
                        null);
            }
            checked.add(type);
        }
    }

    /**
     * Checks {@code value}, whatever was checked before: it holds what may forget something.
     *
     * @throws RecordFailures.Unserializable if it would not come back equal
     */
    void checkForgetful(Object value) {
        if (isChanged(value)) {
            throw new RecordFailures.Unserializable(
                    value,
                    "a " + value.getClass().getName()
                            + " does not come back equal: it goes by Java serialization, and what"
                            + " it holds forgets a part of itself there, as a LongNode of Jackson that it is no IntNode",
                    "Keep such values in a list, map or record of your own instead, or register a Kryo serializer for "
                            + value.getClass().getName() + ".",
                    null);
        }
    }

    /** What contains a value that changes is changed itself. */
    private Object innermost(Object changed) {
        Set<Object> met = Collections.newSetFromMap(new IdentityHashMap<>()); // of a cycle, any will do
        Object culprit = changed;
        Object inside = changed;
        while (inside != null && met.add(inside)) {
            culprit = inside;
            inside = CapturePath.firstInside(culprit, object -> isDue(object.getClass()) && isChanged(object));
        }
        return culprit;
    }

    @SuppressWarnings("SelfEquals") // written by the user, it may say no: then it says nothing about copies
    private boolean isChanged(Object value) {
        try {
            if (!value.equals(value)) {
                return false;
            }
            byte[] bytes = copier.write(value);
            Object copy = copier.read(bytes);
            return copy != null && !value.equals(copy) && copy.equals(copier.read(bytes));
        } catch (OutOfMemoryError e) {
            throw e;
        } catch (Throwable t) { // equals, constructors and readObject of the user's may throw anything
            return false; // the writing itself will say what is wrong, or it is no matter of writing
        }
    }

    /** Returns what stands in the place of {@code chosen} until a value of {@code type} was checked. */
    Pending before(Class<?> type, com.esotericsoftware.kryo.kryo5.Serializer<?> chosen) {
        @SuppressWarnings("unchecked") // it is chosen for this class
        var serializer = (com.esotericsoftware.kryo.kryo5.Serializer<Object>) chosen;
        return new Pending(type, serializer);
    }

    /** Checks the first value it is to write and makes room for the serializer that was chosen. */
    final class Pending extends com.esotericsoftware.kryo.kryo5.Serializer<Object> {

        private final Class<?> type;
        private final com.esotericsoftware.kryo.kryo5.Serializer<Object> chosen;

        private Pending(Class<?> type, com.esotericsoftware.kryo.kryo5.Serializer<Object> chosen) {
            this.type = type;
            this.chosen = chosen;
            setAcceptsNull(chosen.getAcceptsNull());
        }

        void check(Kryo kryo, Object value) {
            FirstUse.this.check(value);
            passed(kryo.getRegistration(type));
        }

        void passed(Registration registration) {
            registration.setSerializer(chosen);
        }

        @Override
        public void write(Kryo kryo, Output output, Object value) {
            check(kryo, value);
            chosen.write(kryo, output, value);
        }

        @Override
        public Object read(Kryo kryo, Input input, Class<? extends Object> read) {
            return chosen.read(kryo, input, read);
        }
    }
}
