package dev.favilla.lineage;

import java.io.Serializable;

/**
 * Where user code called the API.
 *
 * @param operation the method that was called, for example {@code reduceByKey}
 * @param location file and line, for example {@code Report.java:12}
 */
public record CallSite(String operation, String location) implements Serializable {

    /** Returns for example {@code reduceByKey at Report.java:12}. */
    @Override
    public String toString() {
        return operation + " at " + location;
    }
}
