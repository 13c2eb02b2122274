package dev.favilla.spi;

import java.util.ServiceLoader;

/**
 * Another place where jobs can run than the executors of this process. Found by {@link ServiceLoader} when a context is
 * opened whose master is none of {@code EngineContext.open}'s own.
 *
 * <p>Must be loadable where the cluster's own classes are missing: to say so is its task.
 */
public interface ClusterProvider {

    /** Returns whether {@code master} is in its grammar. Asks for no class of the cluster's. */
    boolean serves(String master);

    /**
     * Connects to a cluster.
     *
     * @param appName how the context is named
     * @throws IllegalArgumentException if {@code master} is not well formed
     * @throws IllegalStateException if the cluster cannot be had; says what is missing and what to do
     */
    Cluster connect(String master, String appName);
}
