package dev.favilla.closure;

import dev.favilla.attempt.TaskBound;
import dev.favilla.closure.Closure.CapturedGraph;
import dev.favilla.serializer.GraphWriter;
import dev.favilla.serializer.SerializationException;
import dev.favilla.value.CapturePath;
import dev.favilla.value.DriverOnlySearch;
import java.io.IOException;

/** Writes a function and everything it captures, or says what in it cannot be written. */
final class ClosureWriter extends GraphWriter {

    private boolean bindsToTasks;

    private ClosureWriter() throws IOException {
        // nothing to add
    }

    static CapturedGraph write(Object function, String operation) {
        ClosureWriter writer;
        try {
            writer = new ClosureWriter();
        } catch (IOException e) {
            throw new SerializationException("Cannot begin to write the function of " + operation + ": " + e, e);
        }
        try {
            writer.writeObject(function);
            return new CapturedGraph(writer.finish(), writer.bindsToTasks, function);
        } catch (IOException | RuntimeException | Error e) { // writeObject of the user's classes may throw anything
            if (e instanceof OutOfMemoryError error) {
                throw error;
            }
            throw refusal(writer, function, operation, e);
        }
    }

    @Override
    protected Object replace(Object object) {
        if (DriverOnlySearch.isDriverOnly(object.getClass())) {
            throw new DriverOnlyFound(object);
        }
        bindsToTasks |= object instanceof TaskBound;
        return object;
    }

    private static ClosureNotSerializableException refusal(
            ClosureWriter writer, Object function, String operation, Throwable failure) {
        Refusal refusal = failure instanceof DriverOnlyFound found
                ? new Refusal(
                        CapturePath.to(function, found.object),
                        "refers to " + found.object.getClass().getName() + ". "
                                + DriverOnlySearch.whyNotInTasks(found.object.getClass()))
                : writer.refusal(function, failure);
        return new ClosureNotSerializableException(
                operation,
                refusal.path(),
                "The function of " + operation + " cannot run in tasks. It " + refusal.reason()
                        + BoundMethod.of(function)
                                .map(bound -> " " + bound.advice())
                                .orElse("") + " Path: "
                        + refusal.path(),
                failure instanceof DriverOnlyFound ? null : failure);
    }

    @Override
    protected String remedy(boolean functionItself) {
        return functionItself
                ? "Use a lambda for an interface that extends java.io.Serializable, or let the class implement it."
                : "Copy the fields that are needed into local variables before the lambda, create the object inside"
                        + " the function, or let its class implement java.io.Serializable.";
    }

    /** Ends the writing; not an error of the user's classes. */
    private static final class DriverOnlyFound extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final transient Object object;

        DriverOnlyFound(Object object) {
            super(null, null, false, false);
            this.object = object;
        }
    }
}
