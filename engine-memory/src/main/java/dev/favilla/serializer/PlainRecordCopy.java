package dev.favilla.serializer;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.lang.reflect.InaccessibleObjectException;
import org.jspecify.annotations.Nullable;

/**
 * Copies records of which every component is declared as something that cannot change, or as an array of such: by their
 * canonical constructor, as the serializer makes them, but without bytes in between.
 *
 * <p><b>Threads.</b> Immutable; what a class tells is looked up once per class.
 */
final class PlainRecordCopy {

    private static final ClassValue<Holder> COPIES = new ClassValue<>() {
        @Override
        protected Holder computeValue(Class<?> type) {
            return new Holder(build(type));
        }
    };

    private final RecordShape shape;

    /** {@code (Object[])Object}. */
    private final MethodHandle make;

    private PlainRecordCopy(RecordShape shape, MethodHandle make) {
        this.shape = shape;
        this.make = make;
    }

    /** Returns how records of a class are copied; null if it is no such record. */
    static @Nullable PlainRecordCopy of(Class<?> type) {
        return type.isRecord() ? COPIES.get(type).copy : null;
    }

    Object copy(Object record) {
        @Nullable Object[] components = new Object[shape.size()];
        for (int i = 0; i < components.length; i++) {
            Object component = shape.get(record, i);
            Class<?> declared = shape.types()[i];
            components[i] = component == null || !declared.isArray()
                    ? component
                    : RecordCopier.copyOfArray(component, component.getClass().getComponentType());
        }
        try {
            return (Object) make.invokeExact(components);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable t) {
            throw new SerializationException(
                    "Cannot copy a record of " + record.getClass().getName() + ": its constructor threw "
                            + RecordFailures.described(t),
                    t);
        }
    }

    private static @Nullable PlainRecordCopy build(Class<?> type) {
        RecordShape shape = RecordShape.of(type);
        if (!shape.isReadable() || SerialForm.of(type).isCustom()) {
            return null;
        }
        for (Class<?> component : shape.types()) {
            boolean array = component.isArray() && Immutability.isProvenBy(component.getComponentType());
            if (!array && !Immutability.isProvenBy(component)) {
                return null;
            }
        }
        try {
            Constructor<?> constructor = type.getDeclaredConstructor(shape.types());
            constructor.setAccessible(true);
            MethodHandle make = MethodHandles.lookup()
                    .unreflectConstructor(constructor)
                    .asSpreader(Object[].class, shape.size())
                    .asType(MethodType.methodType(Object.class, Object[].class));
            return new PlainRecordCopy(shape, make);
        } catch (ReflectiveOperationException | InaccessibleObjectException e) {
            return null; // its module keeps it closed: it goes through bytes
        }
    }

    /** Holds what may be null. */
    private static final class Holder {

        final @Nullable PlainRecordCopy copy;

        Holder(@Nullable PlainRecordCopy copy) {
            this.copy = copy;
        }
    }
}
