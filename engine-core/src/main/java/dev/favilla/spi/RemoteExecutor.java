package dev.favilla.spi;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.attempt.TaskScope;
import dev.favilla.disk.LocalDisk;
import dev.favilla.memory.MemoryManager;
import dev.favilla.pipeline.CodeCache;
import dev.favilla.scheduler.ContextId;
import dev.favilla.serializer.NamedClasses;
import dev.favilla.serializer.Serializer;
import dev.favilla.shuffle.BlockTransfer;
import java.io.Serializable;

/**
 * What the tasks of one context share in one process of a cluster: a memory budget, local disk, copies of broadcasts. The
 * cluster runs the tasks, and keeps what they leave.
 *
 * <p><b>Threads.</b> May be used from any thread, but for {@link #enter}, which belongs to the thread of a task.
 */
public interface RemoteExecutor extends AutoCloseable {

    ExecutorId id();

    MemoryManager memory();

    LocalDisk disk();

    /** Returns what writes records so that every process of the context can read them: see {@link #classes}. */
    Serializer serializer();

    /** Returns the classes that records were made of; their names travel with the records. */
    NamedClasses classes();

    /** Returns the classes of their own that chains of operators have here. */
    CodeCache code();

    /** Has an attempt find what it needs here, on its thread, until its scope is closed. */
    void enter(TaskScope scope);

    /** Drops the copy of a broadcast. */
    void dropBroadcast(long broadcastId);

    /** Gives everything back. Closing twice is harmless. */
    @Override
    void close();

    /** Makes the executor of one process. Serializable, with the settings and Kryo registrations of its context. */
    interface Recipe extends Serializable {

        /** Returns which context it belongs to: a process has one executor for each. */
        ContextId context();

        /**
         * Makes the executor.
         *
         * @param id how it is named
         * @param broadcasts brings what {@link BlockTransfer#fetchBroadcast} is asked for
         */
        RemoteExecutor open(ExecutorId id, BlockTransfer broadcasts);
    }
}
