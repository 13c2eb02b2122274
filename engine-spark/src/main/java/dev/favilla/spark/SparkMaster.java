package dev.favilla.spark;

import java.util.Optional;

/**
 * A master of Spark's, as contexts are given it.
 *
 * @param kind how Spark's context is had
 * @param text what Spark is told; empty where it knows
 */
record SparkMaster(Kind kind, String text) {

    private static final String STANDALONE = "spark://";
    private static final String PREFIX = "spark:";

    enum Kind {

        /** A new one, with this master. */
        NAMED,

        /** A new one, with the master that {@code spark-submit} has set. */
        SUBMITTED,

        /** The one that is there, which stays when our context is closed. */
        EXISTING
    }

    /** Returns what {@code master} means; empty if it is none of Spark's. */
    static Optional<SparkMaster> of(String master) {
        String text = master.strip();
        if (text.equals("spark")) {
            return Optional.of(new SparkMaster(Kind.SUBMITTED, ""));
        }
        if (text.equals("spark:existing")) {
            return Optional.of(new SparkMaster(Kind.EXISTING, ""));
        }
        if (text.startsWith(STANDALONE)) {
            return Optional.of(new SparkMaster(Kind.NAMED, text));
        }
        return text.startsWith(PREFIX) && text.length() > PREFIX.length()
                ? Optional.of(new SparkMaster(Kind.NAMED, text.substring(PREFIX.length())))
                : Optional.empty();
    }

    boolean isStandalone() {
        return text.startsWith(STANDALONE);
    }

    boolean isLocal() {
        return text.startsWith("local");
    }
}
