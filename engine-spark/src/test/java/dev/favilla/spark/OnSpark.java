package dev.favilla.spark;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Gives tests a cluster, one for the whole run, and settings that bound what its executors take. */
public final class OnSpark implements BeforeAllCallback, ParameterResolver {

    private static final Map<String, String> SETTINGS = Map.of(
            "spark.executor.memory", "512m",
            "spark.executor.extraClassPath", LoopbackCluster.classPath(),
            "spark.driver.host", "127.0.0.1",
            "spark.driver.bindAddress", "127.0.0.1",
            "spark.ui.enabled", "false");

    @Override
    public void beforeAll(ExtensionContext context) {
        SETTINGS.forEach(System::setProperty);
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == LoopbackCluster.class;
    }

    @Override
    public LoopbackCluster resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getRoot()
                .getStore(Namespace.create(OnSpark.class))
                .getOrComputeIfAbsent(
                        LoopbackCluster.class,
                        type -> LoopbackCluster.start(Path.of(System.getProperty("java.io.tmpdir"), "cluster")
                                .toAbsolutePath()),
                        LoopbackCluster.class);
    }
}
