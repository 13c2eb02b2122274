package dev.favilla;

import dev.favilla.memory.MemoryManager;
import dev.favilla.memory.UnifiedMemoryManager;
import dev.favilla.scheduler.ExecutorBackend;
import dev.favilla.scheduler.SchedulerEvent;
import dev.favilla.scheduler.executor.InProcessExecutor;
import dev.favilla.serializer.Serializer;
import dev.favilla.shuffle.ExecutorId;
import dev.favilla.shuffle.ShuffleManager;
import dev.favilla.shuffle.hash.HashShuffleManager;
import dev.favilla.storage.BlockStore;
import dev.favilla.storage.MemoryBlockStore;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;

/**
 * One executor with everything in it, lost as one.
 *
 * @param memory its budget
 * @param blocks its cached blocks
 * @param shuffle its map outputs
 * @param copies its copies of broadcasts
 * @param backend its task slots
 */
record Room(
        MemoryManager memory,
        BlockStore blocks,
        ShuffleManager shuffle,
        BroadcastCopies copies,
        ExecutorBackend backend) {

    /** @param post where the executor's events go */
    static Room open(
            ExecutorId id,
            EngineSettings settings,
            Serializer serializer,
            Broadcasts broadcasts,
            ThreadFactory threads,
            Consumer<SchedulerEvent> post) {
        MemoryManager memory = new UnifiedMemoryManager(settings.memoryBytes(), settings.storageFraction());
        BlockStore blocks = new MemoryBlockStore(
                memory,
                serializer,
                settings.serialization().cacheFrames(),
                block -> post.accept(new SchedulerEvent.BlockDropped(id, block)));
        ShuffleManager shuffle = new HashShuffleManager(
                memory, serializer, settings.serialization().shuffleFrames(), id);
        BroadcastCopies copies = new BroadcastCopies(broadcasts);
        ExecutorBackend backend =
                new InProcessExecutor(id, settings.cores(), memory, blocks, shuffle, post, threads, copies::attachTo);
        return new Room(memory, blocks, shuffle, copies, backend);
    }
}
