package dev.favilla.shuffle.hash;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.memory.MemoryManager;
import dev.favilla.serializer.Serializer;
import dev.favilla.shuffle.ShuffleLifecycleContract;
import dev.favilla.shuffle.ShuffleManager;

class HashShuffleLifecycleTest extends ShuffleLifecycleContract {

    @Override
    protected ShuffleManager open(MemoryManager memory, Serializer serializer, ExecutorId executor) {
        return new HashShuffleManager(memory, serializer, executor);
    }
}
