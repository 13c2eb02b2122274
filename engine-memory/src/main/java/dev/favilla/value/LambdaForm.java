package dev.favilla.value;

import java.lang.invoke.SerializedLambda;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Method;
import java.util.Optional;

/** What a serializable lambda or method reference tells of itself. */
public final class LambdaForm {

    private LambdaForm() {}

    /** Returns how {@code function} would be written; nothing if it is no lambda, or does not tell. */
    public static Optional<SerializedLambda> of(Object function) {
        if (!Immutability.isLambda(function.getClass())) {
            return Optional.empty();
        }
        try {
            Method writeReplace = function.getClass().getDeclaredMethod("writeReplace");
            writeReplace.setAccessible(true);
            return Optional.of((SerializedLambda) writeReplace.invoke(function));
        } catch (ReflectiveOperationException | InaccessibleObjectException | ClassCastException e) {
            return Optional.empty(); // not serializable, or closed: who asks goes on without
        }
    }
}
