package dev.favilla.digest;

import dev.favilla.value.StableHash;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Hashes fields of the instances of one class, one after the other.
 *
 * <p>The fields are put together to method handles when the class is first met: the JVM compiles them like methods
 * written for the class. Nothing is boxed.
 *
 * <p><b>Threads.</b> Immutable.
 */
final class ContentFields {

    /** A handle of very many parts is compiled badly. */
    private static final int FIELDS_PER_HANDLE = 16;

    private static final MethodType HASH =
            MethodType.methodType(long.class, ContentWalk.class, long.class, Object.class);

    private final MethodHandle[] handles;

    private ContentFields(MethodHandle[] handles) {
        this.handles = handles;
    }

    /**
     * Prepares to hash fields, in this order.
     *
     * @throws java.lang.reflect.InaccessibleObjectException if they are closed
     * @throws IllegalAccessException if they are closed, too
     */
    static ContentFields of(List<Field> fields) throws IllegalAccessException {
        List<MethodHandle> handles = new ArrayList<>();
        for (int from = 0; from < fields.size(); from += FIELDS_PER_HANDLE) {
            handles.add(inTurn(fields.subList(from, Math.min(from + FIELDS_PER_HANDLE, fields.size()))));
        }
        return new ContentFields(handles.toArray(new MethodHandle[0]));
    }

    /** Returns the hash of the fields of {@code object}, which begins with {@code seed}. */
    long hash(ContentWalk walk, Object object, long seed) {
        long hash = seed;
        try {
            for (MethodHandle handle : handles) {
                hash = (long) handle.invokeExact(walk, hash, object);
            }
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable t) {
            throw new IllegalStateException("Reading a field threw a checked exception", t);
        }
        return StableHash.mix(hash);
    }

    /** Returns a handle that joins the fields in order, as a balanced tree. */
    private static MethodHandle inTurn(List<Field> fields) throws IllegalAccessException {
        if (fields.size() == 1) {
            return joiner(fields.get(0));
        }
        int half = fields.size() / 2;
        MethodHandle first = inTurn(fields.subList(0, half));
        MethodHandle second = inTurn(fields.subList(half, fields.size()));
        MethodHandle both = MethodHandles.collectArguments(second, 1, first); // (walk, walk, hash, object, object)
        return MethodHandles.permuteArguments(both, HASH, 0, 0, 1, 2, 2);
    }

    private static MethodHandle joiner(Field field) throws IllegalAccessException {
        field.setAccessible(true);
        MethodHandle get = MethodHandles.lookup().unreflectGetter(field);
        Class<?> type = field.getType();
        boolean encloses = field.isSynthetic() && field.getName().startsWith("this$");
        String name = type.isPrimitive() ? type.getName() : encloses ? "enclosing" : "any";
        MethodHandle join = find("join" + name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1), type);
        MethodHandle typed = get.asType(
                MethodType.methodType(join.type().parameterType(2), get.type().parameterType(0)));
        return MethodHandles.filterArguments(join, 2, typed).asType(HASH);
    }

    private static MethodHandle find(String name, Class<?> field) {
        Class<?> value = field.isPrimitive() ? field : Object.class;
        try {
            return MethodHandles.lookup()
                    .findStatic(
                            ContentFields.class,
                            name,
                            MethodType.methodType(long.class, ContentWalk.class, long.class, value));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("A method of this class is missing: " + name, e);
        }
    }

    // Found by name, above.

    static long joinAny(ContentWalk walk, long hash, @Nullable Object value) {
        return ContentHash.join(hash, walk.of(value));
    }

    static long joinEnclosing(ContentWalk walk, long hash, @Nullable Object value) {
        return ContentHash.join(hash, walk.ofEnclosing(value));
    }

    static long joinLong(ContentWalk walk, long hash, long value) {
        return ContentHash.join(hash, value);
    }

    static long joinInt(ContentWalk walk, long hash, int value) {
        return ContentHash.join(hash, value);
    }

    static long joinShort(ContentWalk walk, long hash, short value) {
        return ContentHash.join(hash, value);
    }

    static long joinByte(ContentWalk walk, long hash, byte value) {
        return ContentHash.join(hash, value);
    }

    static long joinChar(ContentWalk walk, long hash, char value) {
        return ContentHash.join(hash, value);
    }

    static long joinBoolean(ContentWalk walk, long hash, boolean value) {
        return ContentHash.join(hash, value ? 1 : 0);
    }

    static long joinFloat(ContentWalk walk, long hash, float value) {
        return ContentHash.join(hash, Float.floatToIntBits(value));
    }

    static long joinDouble(ContentWalk walk, long hash, double value) {
        return ContentHash.join(hash, Double.doubleToLongBits(value));
    }
}
