package dev.favilla.pipeline.strict;

import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The records of a partition as a function of whole partitions is given them. They are there once: where a function comes
 * to their end at one place and asks for more at another, it most likely goes over them a second time, and finds nothing.
 */
final class InputOnce implements Iterator<@Nullable Object> {

    private static final StackWalker WALKER = StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

    /** Who implements these asks at more than one place by nature. */
    private static final Set<String> OF_ITERATORS =
            Set.of("hasNext", "next", "computeNext", "tryAdvance", "forEachRemaining", "advance");

    /** So far outside of this class is the user's code looked for. */
    private static final int MOST_FRAMES = 40;

    private static final String REMEDY = "A partition's records can be read once. Copy them to a list if they fit into"
            + " memory, or do in one loop what two were to do.";

    private final Iterator<? extends @Nullable Object> records;
    private final String operation;
    private final StrictMode mode;
    private boolean any;

    private boolean ended;

    /** Where the end was met first; null before, and if that is no place of the user's. */
    private @Nullable End end;

    InputOnce(Iterator<? extends @Nullable Object> records, String operation, StrictMode mode) {
        this.records = records;
        this.operation = operation;
        this.mode = mode;
    }

    @Override
    public boolean hasNext() {
        boolean more = records.hasNext();
        if (!more && any) {
            endMet();
        }
        return more;
    }

    @Override
    public @Nullable Object next() {
        any = true;
        return records.next();
    }

    /** Says what the function has returned, and returns that. */
    @SuppressWarnings("ReferenceEquality") // it is this very object, or not
    Iterator<?> returned(Iterator<?> results) {
        if (results == this && ended) {
            mode.report(
                    operation,
                    "the function has returned the iterator it was given after it had read that to its end, so that the"
                            + " partition has no records.",
                    REMEDY);
        }
        return results;
    }

    private void endMet() {
        if (!ended) {
            ended = true;
            end = here().orElse(null);
            return;
        }
        End first = end;
        if (first != null) {
            here().filter(second -> second.isElsewhere(first))
                    .ifPresent(second -> mode.report(
                            operation,
                            "the function came to the end of its input at " + first.line()
                                    + " and has asked for more at " + second.line() + ".",
                            REMEDY));
        }
    }

    /** Returns where the user's code asks; empty if it does not, or does so as an iterator. */
    private static Optional<End> here() {
        List<StackWalker.StackFrame> frames = WALKER.walk(stack -> stack.skip(1)
                .limit(MOST_FRAMES)
                .dropWhile(InputOnce::isBetween)
                .limit(1)
                .toList());
        return frames.stream()
                .filter(frame -> !OF_ITERATORS.contains(frame.getMethodName())
                        && !frame.getClassName().startsWith("dev.favilla.pipeline")
                        && !frame.getClassName().startsWith("dev.favilla.rdd"))
                .map(frame -> new End(
                        frame.getClassName() + "." + frame.getMethodName(),
                        frame.getByteCodeIndex(),
                        frame.getFileName() + ":" + frame.getLineNumber()))
                .findFirst();
    }

    private static boolean isBetween(StackWalker.StackFrame frame) {
        ClassLoader loader = frame.getDeclaringClass().getClassLoader();
        return frame.getDeclaringClass() == InputOnce.class
                || loader == null
                || loader == ClassLoader.getPlatformClassLoader();
    }

    /**
     * A place in the user's code.
     *
     * @param method whose
     * @param instruction which of it
     * @param line its file and line
     */
    private record End(String method, int instruction, String line) {

        boolean isElsewhere(End other) {
            return instruction != other.instruction || !method.equals(other.method);
        }
    }
}
