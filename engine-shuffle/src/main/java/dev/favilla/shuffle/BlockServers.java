package dev.favilla.shuffle;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.storage.BlockId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Which executors of a context give blocks to others, and the driver. May be used from any thread. */
public final class BlockServers {

    /** Under this id the driver gives its broadcasts. */
    public static final ExecutorId DRIVER = new ExecutorId("driver", -1);

    private final Map<ExecutorId, BlockServer> servers = new ConcurrentHashMap<>();

    /** Those of {@link #servers}, first come, first asked. */
    private final List<ExecutorId> order = new CopyOnWriteArrayList<>();

    /** Knows nobody yet. */
    public BlockServers() {}

    /**
     * Lets {@code executor} be found.
     *
     * @throws IllegalStateException if it is registered already: incarnations are never reused
     */
    public void register(ExecutorId executor, BlockServer server) {
        if (servers.putIfAbsent(executor, server) != null) {
            throw new IllegalStateException(
                    executor + " is registered already, which is a bug: incarnations are never reused");
        }
        order.add(executor);
    }

    /** Forgets {@code executor}. Of several who say so, one is told that it was registered until then. */
    public boolean unregister(ExecutorId executor) {
        order.remove(executor);
        return servers.remove(executor) != null;
    }

    /** Returns what {@code executor} gives; empty if it is gone. */
    public Optional<BlockServer> find(ExecutorId executor) {
        return Optional.ofNullable(servers.get(executor));
    }

    /**
     * Returns the executors other than {@code self} that say they have a cached block, in the order of their
     * registration. Where blocks lie is told without moving one.
     */
    public List<ExecutorId> holders(ExecutorId self, BlockId id, long inputVersion) {
        List<ExecutorId> holders = new ArrayList<>();
        for (ExecutorId other : order) {
            BlockServer server = other.equals(self) ? null : servers.get(other);
            if (server != null && server.hasCachedBlock(id, inputVersion)) {
                holders.add(other);
            }
        }
        return holders;
    }
}
