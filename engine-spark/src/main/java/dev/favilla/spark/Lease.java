package dev.favilla.spark;

import dev.favilla.spi.RemoteExecutor;
import java.io.Serializable;

/**
 * What a context may have in the processes of executors. It goes there as a broadcast of Spark's, and Spark closes the copy of
 * a process when it drops it there: when the context is closed and has destroyed the broadcast, or when memory is short, after
 * which the next task brings it again.
 *
 * @param recipe makes what is had
 */
record Lease(RemoteExecutor.Recipe recipe) implements Serializable, AutoCloseable {

    @Override
    public void close() {
        ExecutorHome.release(recipe.context());
    }
}
