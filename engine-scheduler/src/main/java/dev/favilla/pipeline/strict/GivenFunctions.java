package dev.favilla.pipeline.strict;

import dev.favilla.attempt.FunctionObserver;
import dev.favilla.attempt.TaskScope;
import dev.favilla.digest.ContentDigest;
import dev.favilla.function.FlatMapFunction;
import dev.favilla.function.IndexedPartitionFunction;
import dev.favilla.function.ZipPartitionsFunction;
import dev.favilla.value.CapturedState;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The functions of one attempt: what they write to what they capture, and how they use iterators. */
final class GivenFunctions implements FunctionObserver {

    /** Functions that attempts get by the thousand are loops of the user's. */
    private static final int MOST_WATCHED = 64;

    private static final String FUNCTIONS = FlatMapFunction.class.getPackageName();

    /** Whether a class is of exactly one kind of function, so that another of that kind can take its place. */
    private static final ClassValue<Boolean> IS_ONE_FUNCTION = new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
            Set<Class<?>> kinds = new LinkedHashSet<>();
            for (Class<?> c = type; c != null; c = c.getSuperclass()) {
                addKinds(c, kinds);
            }
            return kinds.size() == 1;
        }
    };

    private final StrictMode mode;
    private final StrictAttempt attempt;
    private final ContentDigest digest;
    private final List<Watched> watched = new ArrayList<>();

    GivenFunctions(StrictMode mode, StrictAttempt attempt, TaskScope scope) {
        this.mode = mode;
        this.attempt = attempt;
        this.digest = new ContentDigest(mode.serializer(), scope.attemptId());
    }

    private static void addKinds(Class<?> type, Set<Class<?>> kinds) {
        for (Class<?> each : type.getInterfaces()) {
            if (each.getPackageName().equals(FUNCTIONS)) {
                kinds.add(each);
            }
            addKinds(each, kinds);
        }
    }

    @Override
    public <F> F given(F function, String operation, boolean copied) {
        if (copied && watched.size() < MOST_WATCHED) {
            watched.add(new Watched(operation, CapturedState.of(function), digest));
        }
        return IS_ONE_FUNCTION.get(function.getClass()) ? lookingOn(function, operation) : function;
    }

    /** Reports what functions have written to what they capture. */
    void reportWrites() {
        for (Watched function : watched) {
            List<String> written = function.written(digest);
            if (!written.isEmpty()) {
                mode.report(
                        function.operation,
                        "the function has changed what it captures: " + String.join(", ", written) + ".",
                        "Each attempt works on a copy of its own, so that neither the driver nor another task ever sees the"
                                + " change, and the next attempt begins anew. Count with an accumulator, return what was"
                                + " found as records, or make what is only scratch space inside the function.");
            }
        }
    }

    @SuppressWarnings("unchecked") // it is of exactly one of these kinds, and so is what takes its place
    private <F> F lookingOn(F function, String operation) {
        if (function instanceof FlatMapFunction<?, ?> flatMap) {
            return (F) new OncePerCall((FlatMapFunction<Object, Object>) flatMap, operation, attempt);
        }
        if (function instanceof IndexedPartitionFunction<?, ?> partitions) {
            IndexedPartitionFunction<Object, Object> user = (IndexedPartitionFunction<Object, Object>) partitions;
            IndexedPartitionFunction<Object, Object> own = (number, records) -> {
                InputOnce input = new InputOnce(records, operation, mode);
                return input.returned(user.call(number, input));
            };
            return (F) own;
        }
        if (function instanceof ZipPartitionsFunction<?, ?, ?> zip) {
            ZipPartitionsFunction<Object, Object, Object> user = (ZipPartitionsFunction<Object, Object, Object>) zip;
            ZipPartitionsFunction<Object, Object, Object> own = (left, right) ->
                    user.call(new InputOnce(left, operation, mode), new InputOnce(right, operation, mode));
            return (F) own;
        }
        return function;
    }

    /** A function's copy, and what it captured when it was made. */
    private static final class Watched {

        private final String operation;
        private final CapturedState state;
        private final @Nullable Long[] before;

        /** What is never the same again cannot be told from what was changed. */
        Watched(String operation, CapturedState state, ContentDigest digest) {
            this.operation = operation;
            this.state = state;
            this.before = new @Nullable Long[state.size()];
            for (int i = 0; i < before.length; i++) {
                long content = digest.of(state.value(i));
                before[i] = content == digest.of(state.value(i)) ? (Long) content : null;
            }
        }

        List<String> written(ContentDigest digest) {
            List<String> written = new ArrayList<>();
            for (int i = 0; i < before.length; i++) {
                Long content = before[i];
                if (content != null && content != digest.of(state.value(i))) {
                    written.add(state.name(i));
                }
            }
            return written;
        }
    }
}
