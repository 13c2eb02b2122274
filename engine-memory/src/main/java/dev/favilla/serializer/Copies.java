package dev.favilla.serializer;

/** Copies by Java serialization. */
@SuppressWarnings({"DoNotCallSuggester", "UnusedVariable"})
public final class Copies {

    private Copies() {}

    public static byte[] toBytes(Object serializable, String what) {
        throw new UnsupportedOperationException();
    }

    public static Object fromBytes(byte[] bytes) {
        throw new UnsupportedOperationException();
    }
}
