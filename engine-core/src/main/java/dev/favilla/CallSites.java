package dev.favilla;

import dev.favilla.lineage.CallSite;
import java.util.Iterator;
import java.util.Set;
import java.util.Spliterator;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Finds the line of user code that called the API. */
final class CallSites {

    /** Shows frames of reflection, too: asking of each frame whether it is one costs more than the rest of a walk. */
    private static final StackWalker WALKER = StackWalker.getInstance(
            Set.of(StackWalker.Option.RETAIN_CLASS_REFERENCE, StackWalker.Option.SHOW_REFLECT_FRAMES));

    /** What users call, or find between their line and this class. */
    private static final Set<Class<?>> API = Set.of(
            CallSites.class,
            EngineContext.class,
            RDDActions.class,
            RDD.class,
            PairAggregations.class,
            PairRDD.class,
            DoubleRDD.class,
            Broadcast.class,
            ContextControl.class);

    /** Whether a class, or what it is nested in, is one of {@link #API}; kept, since the JVM is slow to tell the host. */
    private static final ClassValue<Boolean> IS_API = new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
            return API.contains(type.getNestHost());
        }
    };

    private CallSites() {}

    /** Returns the innermost frame outside the API's own classes, as the place where {@code operation} was called. */
    static CallSite here(String operation) {
        return beyond(Set.of(), operation);
    }

    /** As {@link #here}, also outside of the classes {@code own}, which are the API of a module above. */
    static CallSite beyond(Set<Class<?>> own, String operation) {
        return WALKER.walk(frames -> {
            Users users = new Users(own);
            Spliterator<StackWalker.StackFrame> each = frames.spliterator(); // half the cost of an iterator
            while (users.first == null && each.tryAdvance(users)) {}
            StackWalker.StackFrame found = users.first;
            return new CallSite(operation, found == null ? "unknown place" : placeOf(found));
        });
    }

    private static String placeOf(StackWalker.StackFrame frame) {
        return frame.getFileName() + ":" + frame.getLineNumber();
    }

    /** Finds the innermost frame of user code. */
    private static final class Users implements Consumer<StackWalker.StackFrame> {

        private final Set<Class<?>> own;
        private StackWalker.@Nullable StackFrame first;

        /** @param own what is not user code, beside the API */
        Users(Set<Class<?>> own) {
            this.own = own;
        }

        @Override
        public void accept(StackWalker.StackFrame frame) {
            Class<?> type = frame.getDeclaringClass();
            if (!isApi(type) && (own.isEmpty() || !own.contains(type.getNestHost())) && !isReflection(type)) {
                first = frame;
            }
        }
    }

    /** Returns the method of the API that user code has called, where, and the class that declares it. */
    static Entered entered() {
        return WALKER.walk(frames -> {
            Iterator<StackWalker.StackFrame> each = frames.iterator();
            StackWalker.StackFrame api = each.next();
            while (each.hasNext()) {
                StackWalker.StackFrame frame = each.next();
                if (isEngine(frame.getDeclaringClass())) {
                    api = frame;
                } else if (!isReflection(frame.getDeclaringClass())) {
                    return new Entered(api.getDeclaringClass(), new CallSite(api.getMethodName(), placeOf(frame)));
                }
            }
            return new Entered(api.getDeclaringClass(), new CallSite(api.getMethodName(), "unknown place"));
        });
    }

    /** What else calls this, for users who have called it or the API. Apart, since naming a class loads it. */
    private static final class AlsoEngine {

        private static final Set<Class<?>> CLASSES = Set.of(
                ApproximateResult.class,
                Approximations.class,
                Arguments.class,
                Checkpoints.class,
                Creation.class,
                Datasets.class,
                FileInputs.class,
                Joined.class,
                Joins.class,
                LocalIterator.class,
                Ordering.class,
                Pair.class,
                Piping.class,
                Rearranging.class,
                Sampling.class,
                Saving.class,
                Sorting.class,
                StatusTracker.class,
                TaskThreads.class);

        private AlsoEngine() {}
    }

    /** A call of the API in progress. */
    record Entered(Class<?> type, CallSite callSite) {}

    private static boolean isEngine(Class<?> type) {
        return isApi(type) || AlsoEngine.CLASSES.contains(type.getNestHost());
    }

    private static boolean isReflection(Class<?> type) {
        String name = type.getName();
        return name.startsWith("java.lang.reflect.") || name.startsWith("jdk.internal.reflect.");
    }

    private static boolean isApi(Class<?> type) {
        return IS_API.get(type);
    }
}
