package dev.favilla.lineage;

import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A user's function threw. Carries what the function was doing; the cause is the user's exception, untouched.
 */
public final class UserCodeException extends RuntimeException {

    private static final long serialVersionUID = 1L;
    private static final int PREVIEW_LENGTH = 120;

    private final String operation;
    private final String record;
    private final @Nullable Integer datasetId;

    /**
     * @param dataset whose function threw
     * @param record a short form of the record in hand, see {@link #preview}
     * @param cause what was thrown
     */
    public UserCodeException(LineageNode dataset, String record, Throwable cause) {
        this(dataset.toString(), record, dataset.id(), cause);
    }

    /**
     * @param operation what threw, for example {@code reduceByKey at Report.java:12}
     * @param record a short form of what was in hand, see {@link #preview}
     * @param cause what was thrown
     */
    public UserCodeException(String operation, String record, Throwable cause) {
        this(operation, record, null, cause);
    }

    private UserCodeException(String operation, String record, @Nullable Integer datasetId, Throwable cause) {
        super(operation + " failed on record " + record, cause);
        this.operation = operation;
        this.record = record;
        this.datasetId = datasetId;
    }

    /** Returns the dataset whose function threw, if it was one dataset's. */
    public OptionalInt datasetId() {
        return datasetId == null ? OptionalInt.empty() : OptionalInt.of(datasetId);
    }

    /** Returns the operation and where the user called it. */
    public String operation() {
        return operation;
    }

    /** Returns a short form of the record the function was given. */
    public String record() {
        return record;
    }

    /** Returns a short, single-line form of {@code record}; never throws, whatever its {@code toString} does. */
    public static String preview(@Nullable Object record) {
        if (record == null) {
            return "null";
        }
        try {
            String text = record.toString();
            if (text == null) {
                return "(a " + record.getClass().getName() + " without a text)";
            }
            String start = text.length() <= PREVIEW_LENGTH ? text : text.substring(0, PREVIEW_LENGTH) + "...";
            return start.replaceAll("\\p{Cntrl}", " ");
        } catch (Throwable t) { // the record must not hide the error it is shown for
            return "(a " + record.getClass().getName() + " whose toString failed)";
        }
    }
}
