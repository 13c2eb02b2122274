package dev.favilla.shuffle.transfer.netty;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.shuffle.BlockNetwork;
import dev.favilla.shuffle.BlockServer;
import dev.favilla.shuffle.BlockServers;
import dev.favilla.shuffle.BlockTransfer;
import dev.favilla.shuffle.BlockTransferException;
import dev.favilla.shuffle.MapOutput;
import dev.favilla.shuffle.transfer.netty.Fetch.Route;
import dev.favilla.storage.BlockId;
import dev.favilla.storage.EncodedBlock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connects the executors of one JVM by channels, as if each were a machine of its own: what one has of another came as
 * bytes, in frames of limited length, from a server that answers several requests at once.
 *
 * <p><b>Cost.</b> Nothing before the first block moves: no thread, no port, and no class of Netty's. From then on there are
 * one event loop, and a thread for each request that is being answered, which is gone a second after the last. A fetch
 * takes some tens of microseconds and one copy of the bytes in memory, or three over TCP.
 *
 * <p><b>Threads.</b> May be used from any thread. A fetch blocks its caller, which may be interrupted; records are written on
 * threads of the executor that is asked.
 *
 * <p><b>Failures.</b> A connection that ends is made again, twice at most for one fetch. An executor that nothing is heard of
 * for as long as it may be silent, is given up. What is wrong with a frame ends its connection. Each of them is a
 * {@link BlockTransferException} in the end, or a cached block that is not found.
 */
public final class NettyTransfer implements BlockNetwork {

    private final boolean overLoopback;
    private final Duration patience;
    private final ThreadFactory forLoop;
    private final ThreadFactory forMakers;
    private final BlockServers servers = new BlockServers();

    /** Written with this object's monitor held. */
    private volatile @Nullable Wires wires;

    /** Guarded by this object's monitor. */
    private boolean closed;

    private NettyTransfer(boolean overLoopback, Duration patience, ThreadFactory forLoop, ThreadFactory forMakers) {
        this.overLoopback = overLoopback;
        this.patience = patience;
        this.forLoop = forLoop;
        this.forMakers = forMakers;
    }

    /**
     * Connects executors through channels in memory, which open no port.
     *
     * @param patience how long an executor that is asked may be silent
     * @param forLoop makes the thread of the event loop
     * @param forMakers makes the threads on which blocks are made
     */
    public static NettyTransfer inMemory(Duration patience, ThreadFactory forLoop, ThreadFactory forMakers) {
        return new NettyTransfer(false, patience, forLoop, forMakers);
    }

    /**
     * Connects executors through TCP on the loopback device: one port that the system chooses, open from the first fetch
     * until {@link #close}, and closed to whoever does not begin with a secret of 256 bits, made for this transfer.
     *
     * @param patience how long an executor that is asked, or a connection that is made, may be silent
     * @param forLoop makes the thread of the event loop
     * @param forMakers makes the threads on which blocks are made
     */
    public static NettyTransfer overLoopback(Duration patience, ThreadFactory forLoop, ThreadFactory forMakers) {
        return new NettyTransfer(true, patience, forLoop, forMakers);
    }

    @Override
    public void register(ExecutorId executor, BlockServer server) {
        servers.register(executor, server);
    }

    @Override
    public boolean unregister(ExecutorId executor) {
        boolean wasThere = servers.unregister(executor);
        Wires present = wires; // one that is opened later does not find the executor
        if (wasThere && present != null) {
            present.leave(executor);
        }
        return wasThere;
    }

    private Wires open() throws BlockTransferException {
        Wires present = wires;
        return present != null ? present : openFirst();
    }

    private synchronized Wires openFirst() throws BlockTransferException {
        Wires present = wires;
        if (present != null) {
            return present;
        }
        if (closed) {
            throw new BlockTransferException("its context is closed");
        }
        try {
            Wires opened = WiresFactory.open(overLoopback, servers, patience, forLoop, forMakers);
            wires = opened;
            return opened;
        } catch (RuntimeException e) { // for example for want of file descriptors
            throw new BlockTransferException("channels cannot be opened: " + e.getMessage(), e);
        }
    }

    @Override
    public BlockTransfer from(ExecutorId self) {
        return new View(self);
    }

    @Override
    public List<String> close(Duration deadline) {
        Wires present;
        synchronized (this) {
            closed = true;
            present = wires;
        }
        return present == null ? List.of() : present.close(deadline);
    }

    /** Returns how many bytes of Netty's buffers are in use. */
    long bufferBytes() {
        Wires present = wires;
        return present == null ? 0 : present.bufferBytes();
    }

    private final class View implements BlockTransfer {

        private final ExecutorId self;

        View(ExecutorId self) {
            this.self = self;
        }

        @Override
        public List<EncodedBlock> fetch(int shuffleId, int reducer, MapOutput output, int from)
                throws BlockTransferException {
            Wires connected = open();
            return connected
                    .await(ask(connected, shuffleId, reducer, List.of(output), from))
                    .get(0)
                    .orElseThrow(BlockTransferException::wasDropped);
        }

        @Override
        public List<Optional<List<EncodedBlock>>> fetch(int shuffleId, int reducer, List<MapOutput> outputs)
                throws BlockTransferException {
            Wires connected = open();
            return connected.await(ask(connected, shuffleId, reducer, outputs, 0));
        }

        @Override
        public Optional<Begun> begin(int shuffleId, int reducer, List<MapOutput> outputs) {
            try {
                Wires connected = open();
                return Optional.of(new Asked(connected, ask(connected, shuffleId, reducer, outputs, 0)));
            } catch (BlockTransferException e) { // whoever turns to these outputs will find out
                return Optional.empty();
            }
        }

        private Fetch ask(Wires connected, int shuffleId, int reducer, List<MapOutput> outputs, int from)
                throws BlockTransferException {
            ExecutorId executor = outputs.get(0).executor();
            if (executor.equals(self)) {
                throw BlockTransferException.atHome(self);
            }
            if (servers.find(executor).isEmpty()) {
                throw BlockTransferException.executorIsGone();
            }
            List<Request.Output> asked = outputs.stream()
                    .map(output -> new Request.Output(output.mapPartition(), output.attemptId(), from))
                    .toList();
            return connected.ask(new Route(self, executor), new Request.Outputs(shuffleId, reducer, asked));
        }

        @Override
        public Optional<EncodedBlock> fetch(BlockId id, long inputVersion) {
            for (ExecutorId holder : servers.holders(self, id, inputVersion)) {
                Optional<EncodedBlock> found = fetch(holder, new Request.Cached(id, inputVersion));
                if (found.isPresent()) {
                    return found;
                }
            }
            return Optional.empty();
        }

        @Override
        public EncodedBlock fetchBroadcast(long id) throws BlockTransferException {
            return fetchOne(BlockServers.DRIVER, new Request.Broadcast(id));
        }

        @Override
        public EncodedBlock fetchResult(ExecutorId executor, long attemptId) throws BlockTransferException {
            return fetchOne(executor, new Request.Result(attemptId));
        }

        private Optional<EncodedBlock> await(ExecutorId holder, Request asked) throws BlockTransferException {
            Wires connected = open();
            return connected
                    .await(connected.ask(new Route(self, holder), asked))
                    .get(0)
                    .flatMap(blocks -> blocks.stream().findFirst());
        }

        private EncodedBlock fetchOne(ExecutorId holder, Request asked) throws BlockTransferException {
            return await(holder, asked).orElseThrow(BlockTransferException::wasDropped);
        }

        private Optional<EncodedBlock> fetch(ExecutorId holder, Request.Cached asked) {
            try {
                return await(holder, asked);
            } catch (BlockTransferException e) { // the cache is a hint
                logger().debug("Cannot fetch cached block {} from {}; it will be computed", asked.id(), holder, e);
                return Optional.empty();
            }
        }
    }

    /** Map outputs that are on their way. */
    private record Asked(Wires wires, Fetch fetch) implements BlockTransfer.Begun {

        @Override
        public List<Optional<List<EncodedBlock>>> await() throws BlockTransferException {
            return wires.await(fetch);
        }

        @Override
        public void close() {
            wires.drop(fetch);
        }
    }

    /** Asked for only when there is something to say: without a binding the first logger prints a banner. */
    private static Logger logger() {
        return LoggerFactory.getLogger(NettyTransfer.class);
    }
}
