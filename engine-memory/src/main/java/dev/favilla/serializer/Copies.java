package dev.favilla.serializer;

/**
 * Copies by Java serialization, for the few values that the user gives once and every task changes, such as the zero of
 * an aggregation.
 *
 * <p><b>Failures.</b> What cannot be written or read is a {@link SerializationException} that says which value it was.
 */
public final class Copies {

    private Copies() {}

    /**
     * Writes a value.
     *
     * @param what how errors name it, for example {@code the zero value of fold at Report.java:12}
     * @throws SerializationException if it, or anything it refers to, is not serializable, or is no data
     */
    public static ObjectGraph write(Object serializable, String what) {
        ListedClasses classes = new ListedClasses();
        try {
            return new ObjectGraph(RecordGraphWriter.write(serializable, classes), classes.inOrder());
        } catch (RecordFailures.Unserializable | StackOverflowError e) {
            throw RecordFailures.notWritten(
                    what + " of " + serializable.getClass().getName(), serializable, e);
        }
    }

    /**
     * Returns a copy of the value that {@link #write} wrote.
     *
     * @throws SerializationException if it cannot be read back
     */
    public static Object read(ObjectGraph written) {
        try (GraphReader reader = new GraphReader(written)) {
            return reader.readObject();
        } catch (OutOfMemoryError e) {
            throw e;
        } catch (Throwable t) { // readObject of the user's classes may throw anything, undeclared checked ones too
            throw new SerializationException("Cannot read back a serialized value: " + RecordFailures.described(t), t);
        }
    }
}
