package dev.favilla.closure;

import dev.favilla.attempt.Metric;
import dev.favilla.attempt.TaskBound;
import dev.favilla.attempt.TaskScope;
import dev.favilla.serializer.GraphReader;
import dev.favilla.serializer.ObjectGraph;
import dev.favilla.serializer.SerializationException;
import dev.favilla.value.DriverOnly;
import dev.favilla.value.Immutability;
import dev.favilla.value.ImmutableValue;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A user function prepared for tasks, so that what it captures behaves as if it had been sent to them.
 *
 * <p>A function that captures nothing, or only what is {@linkplain Immutability proven} immutable, is shared by all
 * attempts. Any other is written when it is captured, and each attempt reads a copy of its own: what the caller or
 * another attempt changes later is never seen. {@link TaskBound} handles inside it become what they are bound to.
 *
 * <p>A closure is itself serializable, with what attempts share or read: how lineages reach executors that share
 * nothing with the driver.
 *
 * <p><b>Threads.</b> Immutable; a copy belongs to the attempt it was made for.
 *
 * <p><b>Failures.</b> What cannot travel is refused when it is captured, in the user's own call.
 *
 * @param <F> the functional interface
 */
public final class Closure<F> implements ImmutableValue, Serializable {

    private static final long serialVersionUID = 1L;

    private static final ClassValue<Boolean> TRIVIAL = new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
            // With nothing inside there is nothing to check, copy or bind, however it is written.
            return Immutability.isLambda(type)
                    && Serializable.class.isAssignableFrom(type)
                    && Immutability.isStateless(type);
        }
    };

    /** What attempts share; null if they read copies. */
    private final @Nullable F shared;

    private final String operation;
    private final long serializedBytes;

    /** What attempts read their copies from; null if they share the function. */
    private final @Nullable CapturedGraph graph;

    private Closure(@Nullable F shared, String operation, long serializedBytes, @Nullable CapturedGraph graph) {
        this.shared = shared;
        this.operation = operation;
        this.serializedBytes = serializedBytes;
        this.graph = graph;
    }

    /**
     * Checks that a function can travel and remembers what it captures as it is now.
     *
     * @param operation what it was given to and where, for example {@code map at Report.java:12}
     * @throws ClosureNotSerializableException if anything in it is not serializable or is {@link DriverOnly}
     */
    public static <F> Closure<F> capture(F function, String operation) {
        Object innermost = function instanceof AroundFunction own ? own.function() : function;
        if (TRIVIAL.get(innermost.getClass())) {
            return new Closure<>(function, operation, 0, null);
        }
        CapturedGraph graph = ClosureWriter.write(function, operation);
        boolean stateless = Immutability.isStateless(function.getClass());
        boolean shareable = !graph.bindsToTasks && (stateless || Immutability.isDeeplyImmutable(function));
        long bytes = stateless ? 0 : graph.objects.size();
        return shareable
                ? new Closure<>(function, operation, bytes, null)
                : new Closure<>(null, operation, bytes, graph);
    }

    /**
     * Returns the function for one attempt: the function itself if it is shareable, else a new copy, which is counted
     * in the attempt's metrics. Callers keep it for the life of the attempt.
     *
     * @throws SerializationException if what was written cannot be read back
     */
    public F forTask(TaskScope scope) {
        CapturedGraph written = graph;
        return written == null
                ? scope.functions().given(Objects.requireNonNull(shared), operation, false)
                : scope.functions().given(copy(written, scope), operation, true);
    }

    private F copy(CapturedGraph written, TaskScope scope) {
        try (ObjectInputStream in = new BindingReader(written.objects, scope)) {
            @SuppressWarnings("unchecked") // it is what was written
            F copy = (F) in.readObject();
            scope.metrics().add(Metric.CLOSURE_COPIES, 1);
            scope.metrics().add(Metric.CLOSURE_BYTES, serializedBytes);
            return copy;
        } catch (IOException | ClassNotFoundException | RuntimeException | StackOverflowError | LinkageError e) {
            throw new SerializationException(
                    "Cannot copy the function of " + operation + " for " + scope.owner() + ": " + e
                            + ". What it captures was written but cannot be read back; look at readObject, readResolve"
                            + " and at superclasses that are not serializable.",
                    e);
        }
    }

    /**
     * Returns the function as the user passed it, for those that read a lineage. It is not for tasks: what it captures is
     * as it is now, not as it was when it was captured.
     *
     * @throws IllegalStateException in a copy of the lineage, where only what attempts read is known
     */
    public F function() {
        if (graph == null) {
            return Objects.requireNonNull(shared);
        }
        if (graph.original == null) {
            throw new IllegalStateException("The function of " + operation + " was asked for in a copy of the lineage,"
                    + " which knows only what attempts read. Ask where the dataset was made, or use forTask.");
        }
        @SuppressWarnings("unchecked") // it is what was captured
        F original = (F) graph.original;
        return original;
    }

    /** Returns whether all attempts may use the same instance. */
    public boolean isShareable() {
        return graph == null;
    }

    /** Returns the size of the function and what it captures, as it would travel; 0 if it captures nothing. */
    public long serializedBytes() {
        return serializedBytes;
    }

    /** Returns what the function was given to and where, for example {@code map at Report.java:12}. */
    public String operation() {
        return operation;
    }

    @Override
    public String toString() {
        return "function of " + operation;
    }

    /** A function of the engine's own: one of the user's, and beside it nothing but texts. */
    public interface AroundFunction {

        /** Returns the user's. */
        Object function();
    }

    /** A function as it was when it was captured. */
    static final class CapturedGraph implements Serializable {

        private static final long serialVersionUID = 1L;

        final ObjectGraph objects;

        /** Whether there is a {@link TaskBound} inside. */
        final boolean bindsToTasks;

        /** Keeps reachable, on the driver, what handles inside stand for; attempts never see it. */
        final transient @Nullable Object original;

        CapturedGraph(ObjectGraph objects, boolean bindsToTasks, Object original) {
            this.objects = objects;
            this.bindsToTasks = bindsToTasks;
            this.original = original;
        }
    }

    /** Reads a copy and puts what belongs to the attempt in the place of handles. */
    private static final class BindingReader extends GraphReader {

        private final TaskScope scope;

        BindingReader(ObjectGraph objects, TaskScope scope) throws IOException {
            super(objects);
            this.scope = scope;
        }

        @Override
        protected Object resolve(Object object) {
            return object instanceof TaskBound handle ? handle.bindTo(scope) : object;
        }
    }
}
