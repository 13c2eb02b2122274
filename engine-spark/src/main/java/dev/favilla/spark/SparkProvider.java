package dev.favilla.spark;

import dev.favilla.spi.Cluster;
import dev.favilla.spi.ClusterProvider;

/**
 * Serves the masters that begin with {@code spark}. Knows no class of Spark's, so that it can say when there are none.
 */
public final class SparkProvider implements ClusterProvider {

    /** Found by the service loader. */
    public SparkProvider() {}

    @Override
    public boolean serves(String master) {
        return SparkMaster.of(master).isPresent();
    }

    @Override
    public Cluster connect(String master, String appName) {
        SparkMaster parsed = SparkMaster.of(master)
                .orElseThrow(() -> new IllegalArgumentException("master must begin with spark, got " + master));
        SparkVersions.requireSupported(SparkProvider.class.getClassLoader());
        return SparkConnection.open(parsed, appName);
    }
}
