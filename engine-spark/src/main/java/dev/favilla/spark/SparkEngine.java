package dev.favilla.spark;

import dev.favilla.EngineContext;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkContext$;
import org.apache.spark.api.java.JavaSparkContext;

/** Contexts whose jobs run on a context of Spark's that is there already. */
public final class SparkEngine {

    private SparkEngine() {}

    /**
     * Returns a builder for contexts that run their jobs on {@code spark}, beside whatever else does. Closing such a context
     * leaves Spark's open.
     *
     * @throws IllegalArgumentException if {@code spark} is null, stopped, or not the one of this process
     */
    public static EngineContext.Builder builder(JavaSparkContext spark) {
        if (spark == null) {
            throw new IllegalArgumentException("spark must not be null");
        }
        SparkContext context = spark.sc();
        if (context.isStopped()) {
            throw new IllegalArgumentException("spark must be open, got one that was stopped: " + context.appName());
        }
        if (!SparkContext$.MODULE$.getActive().contains(context)) {
            throw new IllegalArgumentException("spark must be the active context of this process, got " + context);
        }
        return EngineContext.builder().master("spark:existing").appName(context.appName());
    }
}
