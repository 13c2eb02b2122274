package dev.favilla.serializer;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InvalidClassException;
import java.io.ObjectInputFilter;
import java.io.ObjectInputStream;
import java.io.ObjectStreamClass;

/**
 * Reads copies of the objects in an {@link ObjectGraph}, in the order they were written. Used once, by one thread.
 *
 * <p><b>Failures.</b> The {@code readObject} of users' classes may throw anything; whoever reads catches it.
 */
public class GraphReader extends ObjectInputStream {

    /** Deeper than the stack of any thread lets an object be written. */
    private static final int MAX_DEPTH = 100_000;

    private final ClassNumbers classes;
    private final int bytes;

    public GraphReader(ObjectGraph graph) throws IOException {
        this(graph.bytes(), new ListedClasses(graph.classes()));
    }

    /** @param classes what the writer numbered classes with */
    GraphReader(byte[] bytes, ClassNumbers classes) throws IOException {
        super(new ByteArrayInputStream(bytes));
        this.classes = classes;
        this.bytes = bytes.length;
        enableResolveObject(true);
        setObjectInputFilter(this::withinLimits);
    }

    /**
     * Nothing can come out of the bytes that did not go in: no other class, and not more of anything than there are
     * bytes to tell of it.
     */
    private ObjectInputFilter.Status withinLimits(ObjectInputFilter.FilterInfo info) {
        boolean within = info.depth() <= MAX_DEPTH
                && info.references() <= bytes
                && info.streamBytes() <= bytes
                && info.arrayLength() <= bytes;
        return within ? ObjectInputFilter.Status.UNDECIDED : ObjectInputFilter.Status.REJECTED;
    }

    /** Returns what takes the place of {@code object}, which was just read. */
    protected Object resolve(Object object) throws IOException {
        return object;
    }

    @Override
    protected final Object resolveObject(Object object) throws IOException {
        return resolve(object);
    }

    @Override
    protected final ObjectStreamClass readClassDescriptor() throws IOException {
        return ObjectStreamClass.lookupAny(known(readInt()));
    }

    @Override
    protected final Class<?> resolveClass(ObjectStreamClass description) {
        return description.forClass();
    }

    @Override
    protected final Class<?> resolveProxyClass(String[] interfaces) throws IOException {
        return known(readInt());
    }

    private Class<?> known(int number) throws InvalidClassException {
        Class<?> type = classes.classOf(number);
        if (type == null) {
            throw new InvalidClassException("There is no class number " + number + " among what was written");
        }
        return type;
    }
}
