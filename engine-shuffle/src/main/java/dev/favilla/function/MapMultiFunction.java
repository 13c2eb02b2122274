package dev.favilla.function;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/** Makes any number of records of one, by emitting them, after {@link java.util.stream.Stream#mapMulti}. */
@FunctionalInterface
public interface MapMultiFunction<T extends @Nullable Object, R extends @Nullable Object> extends Serializable {

    void call(T record, Emitter<R> emit) throws Exception;

    /** Takes the records that a {@link MapMultiFunction} makes. */
    @FunctionalInterface
    interface Emitter<R extends @Nullable Object> {

        void emit(R record);
    }
}
