package dev.favilla.task;

import dev.favilla.attempt.TaskBound;
import dev.favilla.lineage.ErrorText;
import dev.favilla.lineage.StackText;
import dev.favilla.lineage.UserCodeException;
import dev.favilla.serializer.GraphReader;
import dev.favilla.serializer.GraphWriter;
import dev.favilla.serializer.ObjectGraph;
import java.io.IOException;
import java.io.NotSerializableException;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * What a task threw, as it is told beyond its slot: in words found where it was caught, because asking an exception of
 * the user's is running user code, and as the exception where there is one. That is the exception itself where the
 * driver shares objects with the executor, and a copy where everything passes as bytes.
 *
 * <p><b>Threads.</b> Immutable but for the exception, which belongs to the user.
 */
public final class TaskError {

    private static final int MAX_TEXT = 10_000;

    /** How far causes are followed: they may form a circle. */
    private static final int MAX_CAUSES = 64;

    private final String className;
    private final String text;
    private final String summary;
    private final @Nullable Place place;
    private final boolean outOfMemory;
    private final Carried carried;

    private TaskError(
            String className,
            String text,
            String summary,
            @Nullable Place place,
            boolean outOfMemory,
            Carried carried) {
        this.className = className;
        this.text = text;
        this.summary = summary;
        this.place = place;
        this.outOfMemory = outOfMemory;
        this.carried = carried;
    }

    /** Puts {@code thrown} into words, as many as can be had. Never throws. To be called where it was caught. */
    public static TaskError of(Throwable thrown) {
        try {
            return describe(thrown);
        } catch (Throwable t) { // no memory, or no stack: its class is known all the same
            return nameOf(thrown);
        }
    }

    /** Returns {@code thrown} by its class only, and asks it nothing but for its causes. */
    static TaskError nameOf(Throwable thrown) {
        Throwable wrapped = thrown instanceof UserCodeException ? thrown.getCause() : null; // the engine's own
        Throwable root = wrapped == null ? thrown : wrapped;
        String className = root.getClass().getName();
        return new TaskError(className, className, className, null, isOutOfMemory(root), new Itself(root));
    }

    /** Returns an error of which nothing is known: there was no memory to keep anything of it. */
    public static TaskError unknown() {
        String className = OutOfMemoryError.class.getName();
        String text = className + ": there was not even memory to say what was thrown";
        return new TaskError(className, text, className, null, true, new Written(null, text));
    }

    private static TaskError describe(Throwable thrown) {
        Place place = thrown instanceof UserCodeException wrapper ? Place.of(wrapper) : null;
        Throwable root = place != null && thrown.getCause() != null ? thrown.getCause() : thrown;
        String className = root.getClass().getName();
        String summary = place == null
                ? className
                : place.operation() + " failed on record " + place.record() + " with " + className;
        return new TaskError(
                className, limited(ErrorText.of(root)), summary, place, isOutOfMemory(root), new Itself(root));
    }

    /** User code may have wrapped it. */
    private static boolean isOutOfMemory(Throwable thrown) {
        try {
            Throwable cause = thrown;
            for (int i = 0; i < MAX_CAUSES && cause != null; i++) {
                if (cause instanceof OutOfMemoryError) {
                    return true;
                }
                cause = cause.getCause();
            }
            return false;
        } catch (RuntimeException | Error e) { // asking an exception of the user's is running user code
            return false;
        }
    }

    private static String limited(String text) {
        return text.length() <= MAX_TEXT
                ? text
                : text.substring(0, MAX_TEXT) + "... (the first " + MAX_TEXT + " of " + text.length() + " characters)";
    }

    /**
     * Returns this error without the exception itself, but with all that can be written of it: a copy if it is
     * serializable, and its stack in words. To be called where it was caught.
     */
    public TaskError asBytes() {
        return carried instanceof Itself itself
                ? new TaskError(className, text, summary, place, outOfMemory, Written.of(itself.exception()))
                : this;
    }

    /** Returns the class of what was thrown; of the user's own exception where a user's function threw. */
    public String className() {
        return className;
    }

    /** Returns what it says. */
    public String text() {
        return text;
    }

    /** Returns whether it is an {@link OutOfMemoryError}, or has one among its causes. */
    public boolean isOutOfMemory() {
        return outOfMemory;
    }

    /** Returns what it was and where, in a few words. */
    public String summary() {
        return summary;
    }

    /** Returns the operation whose function threw and where the user called it, if a user's function threw. */
    public Optional<String> operation() {
        return Optional.ofNullable(place).map(Place::operation);
    }

    /** Returns a short form of the record in hand, if a user's function threw. */
    public Optional<String> record() {
        return Optional.ofNullable(place).map(Place::record);
    }

    /** Returns the dataset whose function threw, if it was one dataset's. */
    public OptionalInt datasetId() {
        return place == null || place.datasetId() == null ? OptionalInt.empty() : OptionalInt.of(place.datasetId());
    }

    /**
     * Returns the exception, the user's own where a user's function threw: itself, or a new copy with each call if it
     * came as bytes. Empty if it could not be written or cannot be read back, which runs user code: never to be called
     * on the scheduler's turn.
     */
    public Optional<Throwable> thrown() {
        return carried.thrown();
    }

    /**
     * Returns what it and its causes say, with their stacks, as far as that is not too long: for those who cannot have
     * the exception. Empty where {@link #thrown} is the exception itself.
     */
    public Optional<String> stack() {
        return carried.stack();
    }

    @Override
    public String toString() {
        return summary;
    }

    /** Where user code threw. */
    private record Place(
            String operation, String record, @Nullable Integer datasetId) {

        static Place of(UserCodeException thrown) {
            OptionalInt dataset = thrown.datasetId();
            return new Place(
                    thrown.operation(), thrown.record(), dataset.isPresent() ? (Integer) dataset.getAsInt() : null);
        }
    }

    /** The exception, in the form in which it came this far. */
    private sealed interface Carried {

        Optional<Throwable> thrown();

        Optional<String> stack();
    }

    /** The object that was thrown. */
    private record Itself(Throwable exception) implements Carried {

        @Override
        public Optional<Throwable> thrown() {
            return Optional.of(exception);
        }

        @Override
        public Optional<String> stack() {
            return Optional.empty();
        }
    }

    /** As bytes, null if it could not be written, and in words. */
    private record Written(@Nullable ObjectGraph bytes, String words) implements Carried {

        static Written of(Throwable thrown) {
            return new Written(write(thrown), StackText.of(thrown));
        }

        private static @Nullable ObjectGraph write(Throwable thrown) {
            try {
                ThrownWriter writer = new ThrownWriter();
                writer.writeObject(thrown);
                return writer.finish();
            } catch (Throwable t) { // the user's writeObject may throw anything; the words remain
                return null;
            }
        }

        @Override
        public Optional<Throwable> thrown() {
            ObjectGraph written = bytes;
            if (written == null) {
                return Optional.empty();
            }
            try (GraphReader reader = new GraphReader(written)) {
                return reader.readObject() instanceof Throwable copy ? Optional.of(copy) : Optional.empty();
            } catch (Throwable t) { // the user's readObject may throw anything; the words remain
                return Optional.empty();
            }
        }

        @Override
        public Optional<String> stack() {
            return Optional.of(words);
        }
    }

    private static final class ThrownWriter extends GraphWriter {

        ThrownWriter() throws IOException {
            // nothing to add
        }

        @Override
        protected Object replace(Object object) throws IOException {
            if (object instanceof TaskBound) { // outside of a task nobody could bind it
                throw new NotSerializableException(object.getClass().getName());
            }
            return object;
        }
    }
}
