package dev.favilla.storage;

import dev.favilla.memory.Evictor;
import dev.favilla.memory.MemoryAccount;
import dev.favilla.memory.MemoryManager;
import dev.favilla.memory.MemoryUsage;
import dev.favilla.memory.RetainedMemory;
import dev.favilla.memory.StorageAccount;

/** A memory manager that says when the store asks it for something, and that has the store evict when a test wants it. */
final class WatchedMemory implements MemoryManager {

    private final MemoryManager memory;
    private final Runnable asked;
    private Evictor evictor = bytes -> 0;

    /** @param asked runs before each thing that the store asks for */
    WatchedMemory(MemoryManager memory, Runnable asked) {
        this.memory = memory;
        this.asked = asked;
    }

    /** Evicts as if a task needed it, and returns how many bytes were given up. */
    long evict(long bytes) {
        return evictor.evict(bytes);
    }

    @Override
    public long poolBytes() {
        return memory.poolBytes();
    }

    @Override
    public MemoryAccount openTask(Object owner, long job) {
        return memory.openTask(owner, job);
    }

    @Override
    public MemoryAccount openRetained(String owner, RetainedMemory retained) {
        return memory.openRetained(owner, retained);
    }

    @Override
    public StorageAccount openStorage(Evictor evicting) {
        evictor = evicting;
        return new Watched(memory.openStorage(evicting));
    }

    @Override
    public void endJob(long job) {
        memory.endJob(job);
    }

    @Override
    public MemoryUsage usage() {
        asked.run();
        return memory.usage();
    }

    private final class Watched implements StorageAccount {

        private final StorageAccount account;

        Watched(StorageAccount account) {
            this.account = account;
        }

        @Override
        public boolean reserve(long bytes) {
            asked.run();
            return account.reserve(bytes);
        }

        @Override
        public boolean exchange(long given, long taken) {
            asked.run();
            return account.exchange(given, taken);
        }

        @Override
        public boolean giveUp(long bytes) {
            asked.run();
            return account.giveUp(bytes);
        }

        @Override
        public boolean reclaim(long bytes) {
            asked.run();
            return account.reclaim(bytes);
        }

        @Override
        public void release(long bytes) {
            asked.run();
            account.release(bytes);
        }

        @Override
        public long reservedBytes() {
            return account.reservedBytes();
        }

        @Override
        public long limitBytes() {
            return account.limitBytes();
        }

        @Override
        public long protectedBytes() {
            return account.protectedBytes();
        }

        @Override
        public void close() {
            account.close();
        }
    }
}
