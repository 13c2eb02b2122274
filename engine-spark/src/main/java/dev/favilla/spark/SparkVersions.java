package dev.favilla.spark;

import java.util.Optional;
import java.util.regex.Pattern;

/** Says whether there is a Spark here that the bridge can use. Names its classes by text only. */
final class SparkVersions {

    private static final Pattern SPARK = Pattern.compile("(3\\.5|4\\.\\d+)\\..*");
    private static final Pattern SCALA = Pattern.compile("2\\.13\\..*");

    private SparkVersions() {}

    /** @throws IllegalStateException if there is none; says which dependency to add */
    static void requireSupported(ClassLoader loader) {
        problem(
                        version(loader, "org.apache.spark.package", "SPARK_VERSION"),
                        version(loader, "scala.util.Properties", "versionNumberString"))
                .ifPresent(problem -> {
                    throw new IllegalStateException(problem);
                });
    }

    private static Optional<String> version(ClassLoader loader, String type, String method) {
        try {
            Class<?> found = Class.forName(type, true, loader);
            return Optional.of(String.valueOf(found.getMethod(method).invoke(null)));
        } catch (ReflectiveOperationException | LinkageError e) {
            return Optional.empty();
        }
    }

    /** Returns what is wrong with a pair of versions, and what to do; empty if nothing is. */
    static Optional<String> problem(Optional<String> spark, Optional<String> scala) {
        if (spark.isEmpty() || scala.isEmpty()) {
            return Optional.of(
                    "There is no Apache Spark on the class path. Add org.apache.spark:spark-core_2.13:4.2.0 to"
                            + " the dependencies, or start the program with spark-submit.");
        }
        if (!SPARK.matcher(spark.get()).matches() || !SCALA.matcher(scala.get()).matches()) {
            return Optional.of(
                    "Apache Spark " + spark.get() + " with Scala " + scala.get() + " is on the class path, and"
                            + " the bridge needs 3.5 or 4.x with Scala 2.13. Use org.apache.spark:spark-core_2.13:4.2.0, or"
                            + " 3.5.9.");
        }
        return Optional.empty();
    }
}
