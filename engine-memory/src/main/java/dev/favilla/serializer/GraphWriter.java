package dev.favilla.serializer;

import dev.favilla.value.CapturePath;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;
import java.lang.invoke.SerializedLambda;
import java.util.IdentityHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Writes objects by Java serialization into an {@link ObjectGraph}, and can say what it was that could not be written.
 * Classes are numbered and kept by reference, never named. Used once, by one thread.
 *
 * <p><b>Failures.</b> The {@code writeObject} of users' classes may throw anything; whoever writes catches it and asks
 * {@link #refusal}.
 */
public class GraphWriter extends ObjectOutputStream {

    private final ByteArrayOutputStream bytes;
    private final ClassNumbers classes;

    /** The object that is being written, or was last. */
    private @Nullable Object current;

    /** The method reference that is being written with its types, or was last. */
    private @Nullable SerializedLambda reference;

    /** What was being written when each exception came by: the stream ends by writing the one that broke it. */
    private final IdentityHashMap<Object, @Nullable Object> beforeException = new IdentityHashMap<>();

    public GraphWriter() throws IOException {
        this(new ListedClasses());
    }

    /** A writer whose bytes are read with the same numbers. */
    GraphWriter(ClassNumbers classes) throws IOException {
        this(new ByteArrayOutputStream(), classes);
    }

    private GraphWriter(ByteArrayOutputStream bytes, ClassNumbers classes) throws IOException {
        super(bytes);
        this.bytes = bytes;
        this.classes = classes;
        enableReplaceObject(true);
    }

    /** Ends the writing and returns what was written. */
    public final ObjectGraph finish() throws IOException {
        byte[] written = finishBytes();
        if (!(classes instanceof ListedClasses listed)) {
            throw new IllegalStateException("The numbers of these classes are kept elsewhere: ask for the bytes");
        }
        return new ObjectGraph(written, listed.inOrder());
    }

    /** Ends the writing and returns the bytes alone. */
    final byte[] finishBytes() throws IOException {
        close();
        return bytes.toByteArray();
    }

    /** Sees every object before the stream asks whether it is serializable. */
    @Override
    protected final Object replaceObject(Object object) throws IOException {
        if (object instanceof IOException) {
            beforeException.put(object, current);
        }
        current = object;
        return object instanceof SerializedLambda form && form != reference && MethodReference.isOne(form)
                ? withTypes(form)
                : replace(object);
    }

    private MethodReference withTypes(SerializedLambda form) {
        reference = form;
        return new MethodReference(form);
    }

    /** Returns what is written in the place of {@code object}, which is met here for the first time. */
    protected Object replace(Object object) throws IOException {
        return object;
    }

    /** The number says it all: name, version and fields are those of the class. */
    @Override
    protected final void writeClassDescriptor(ObjectStreamClass description) throws IOException {
        writeInt(classes.idOf(description.forClass()));
    }

    @Override
    protected final void annotateProxyClass(Class<?> type) throws IOException {
        writeInt(classes.idOf(type));
    }

    /** Returns what was being written when {@code failure} was thrown, as far as that is known. */
    final @Nullable Object culprit(Throwable failure) {
        return beforeException.containsKey(failure) ? beforeException.get(failure) : current;
    }

    /**
     * Says what could not be written.
     *
     * @param root the object whose writing was begun
     * @param failure what was thrown then
     */
    public final Refusal refusal(Object root, Throwable failure) {
        Object broken = culprit(failure);
        if (failure instanceof NotSerializableException
                && broken != null
                && broken.getClass().getName().equals(failure.getMessage())) {
            return new Refusal(
                    CapturePath.to(root, broken),
                    "refers to " + broken.getClass().getName() + ", which is not serializable. "
                            + remedy(root == broken));
        }
        if (failure instanceof StackOverflowError) {
            return new Refusal(
                    CapturePath.to(root, root),
                    "refers to objects that are nested too deeply to be serialized. Keep long chains in a List or an"
                            + " array instead.");
        }
        return new Refusal(
                CapturePath.toThrower(root, broken, failure),
                "could not be serialized: " + failure + ". Look at the writeObject, writeReplace or writeExternal"
                        + " of the class at the end of the path.");
    }

    /** Returns, in a sentence, what to do about an object that is not serializable. */
    protected String remedy(boolean rootItself) {
        return "Let its class implement java.io.Serializable.";
    }

    /**
     * Why an object could not be written.
     *
     * @param path the way from it to the culprit, for example {@code partitioner -> table: com.acme.Table}
     * @param reason goes on after its name: what it refers to, and what to change
     */
    public record Refusal(String path, String reason) {}
}
