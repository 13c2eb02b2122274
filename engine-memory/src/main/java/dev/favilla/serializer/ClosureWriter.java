package dev.favilla.serializer;

import dev.favilla.serializer.Closure.CapturedGraph;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes a function and everything it captures, or says what in it cannot be written. */
final class ClosureWriter extends ObjectOutputStream {

    private final List<Class<?>> classes = new ArrayList<>();
    private boolean bindsToTasks;

    /** The object that is being written, or was last. */
    private @Nullable Object current;

    /** What was being written when each exception came by: the stream ends by writing the one that broke it. */
    private final IdentityHashMap<Object, @Nullable Object> beforeException = new IdentityHashMap<>();

    private ClosureWriter(ByteArrayOutputStream out) throws IOException {
        super(out);
        enableReplaceObject(true);
    }

    static CapturedGraph write(Object function, String operation) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ClosureWriter writer = null;
        try {
            writer = new ClosureWriter(bytes);
            writer.writeObject(function);
            writer.close();
            return new CapturedGraph(bytes.toByteArray(), writer.classes, writer.bindsToTasks);
        } catch (IOException | RuntimeException | Error e) { // writeObject of the user's classes may throw anything
            if (e instanceof OutOfMemoryError error) {
                throw error;
            }
            throw refusal(function, operation, writer == null ? null : writer.brokenAt(e), e);
        }
    }

    /** Sees every object before the stream asks whether it is serializable. */
    @Override
    protected Object replaceObject(Object object) {
        if (object instanceof IOException) {
            beforeException.put(object, current);
        }
        current = object;
        if (object instanceof DriverOnly forbidden) {
            throw new DriverOnlyFound(forbidden);
        }
        bindsToTasks |= object instanceof TaskBound;
        return object;
    }

    private @Nullable Object brokenAt(Throwable failure) {
        return beforeException.containsKey(failure) ? beforeException.get(failure) : current;
    }

    @Override
    protected void annotateClass(Class<?> type) throws IOException {
        writeInt(classes.size());
        classes.add(type);
    }

    @Override
    protected void annotateProxyClass(Class<?> type) throws IOException {
        annotateClass(type);
    }

    private static ClosureNotSerializableException refusal(
            Object function, String operation, @Nullable Object current, Throwable failure) {
        String path;
        String reason;
        if (failure instanceof DriverOnlyFound found) {
            path = CapturePath.to(function, found.object);
            reason = "refers to " + found.object.getClass().getName() + ". " + found.object.whyNotInTasks();
        } else if (failure instanceof NotSerializableException
                && current != null
                && current.getClass().getName().equals(failure.getMessage())) {
            path = CapturePath.to(function, current);
            reason = "refers to " + current.getClass().getName() + ", which is not serializable."
                    + remedy(function == current);
        } else if (failure instanceof StackOverflowError) {
            path = CapturePath.to(function, function);
            reason = "refers to objects that are nested too deeply to be serialized. Keep long chains in a List or an"
                    + " array instead.";
        } else {
            path = CapturePath.toThrower(function, current, failure);
            reason = "could not be serialized: " + failure + ". Look at the writeObject, writeReplace or writeExternal"
                    + " of the class at the end of the path.";
        }
        Throwable cause = failure instanceof DriverOnlyFound ? null : failure;
        return new ClosureNotSerializableException(
                operation,
                path,
                "The function of " + operation + " cannot run in tasks. It " + reason + " Path: " + path,
                cause);
    }

    private static String remedy(boolean functionItself) {
        return functionItself
                ? " Use a lambda for an interface that extends java.io.Serializable, or let the class implement it."
                : " Copy the fields that are needed into local variables before the lambda, create the object inside"
                        + " the function, or let its class implement java.io.Serializable.";
    }

    /** Ends the writing; not an error of the user's classes. */
    private static final class DriverOnlyFound extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final transient DriverOnly object;

        DriverOnlyFound(DriverOnly object) {
            super(null, null, false, false);
            this.object = object;
        }
    }
}
