package dev.favilla.shuffle.transfer.netty;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.shuffle.BlockServers;
import dev.favilla.shuffle.BlockTransferException;
import dev.favilla.shuffle.transfer.netty.Fetch.Route;
import dev.favilla.shuffle.transfer.netty.Fetch.SilenceException;
import dev.favilla.storage.EncodedBlock;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.channel.SingleThreadIoEventLoop;
import java.net.SocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * All that a context has of Netty: one event loop, one channel that listens, the connections, and the threads that make
 * blocks, of which there are as many as requests that are answered at a time.
 *
 * <p><b>Threads.</b> May be used from any thread. What concerns channels is done by the event loop; it is one loop and no
 * group, because a group tells of its end on a thread of Netty's own that outlives it.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what fails ends its channel, which says so
final class Wires {

    private static final int IDLE_SECONDS = 1;

    private final Duration patience;
    private final Medium medium;
    private final BlockServers servers;
    private final UnpooledByteBufAllocator buffers = new UnpooledByteBufAllocator(false);
    private final byte[] secret = new byte[Wire.SECRET_BYTES];
    private final ChannelSetup setup;
    private final JoinedThreads loopThread;
    private final JoinedThreads makerThreads;
    private final ThreadPoolExecutor makers;
    private final EventLoop loop;
    private final ServerSide server;

    // What follows belongs to the event loop.

    private @Nullable ClientSide client;

    /** What is to be asked for once it is known where. */
    private final List<Fetch> early = new ArrayList<>();

    private @Nullable Failure over;

    /**
     * @param servers who is there
     * @param patience how long another executor may be silent
     * @param forLoop makes the thread of the event loop
     * @param forMakers makes the threads on which blocks are made, where records are written
     */
    Wires(Medium medium, BlockServers servers, Duration patience, ThreadFactory forLoop, ThreadFactory forMakers) {
        this.medium = medium;
        this.servers = servers;
        this.patience = patience;
        this.setup = new ChannelSetup(buffers, patience);
        this.loopThread = new JoinedThreads(forLoop);
        this.makerThreads = new JoinedThreads(forMakers);
        this.makers = new ThreadPoolExecutor(
                0, Integer.MAX_VALUE, IDLE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), makerThreads);
        this.loop = new SingleThreadIoEventLoop(null, loopThread, medium.driver());
        new SecureRandom().nextBytes(secret);
        this.server = new ServerSide(loop, setup, servers, makers, secret);
    }

    /** Begins to listen; what is asked for meanwhile waits. */
    void open() {
        loop.execute(() -> server.listen(medium, this::opened));
    }

    private void opened(@Nullable SocketAddress where, @Nullable Throwable problem) {
        if (where == null) {
            over = Failure.notFetched("its context cannot listen: " + problem);
        } else {
            client = new ClientSide(loop, medium, setup, servers, where, secret);
        }
        List<Fetch> waiting = List.copyOf(early);
        early.clear();
        waiting.forEach(this::start);
    }

    private void start(Fetch fetch) {
        ClientSide asking = client;
        Failure why = over;
        if (why != null) {
            fetch.fail(why);
        } else if (asking == null) {
            early.add(fetch);
        } else {
            asking.start(fetch);
        }
    }

    /**
     * Asks another executor. Whoever does either {@linkplain #await waits} for the answer or {@linkplain #drop drops} it.
     *
     * @throws BlockTransferException if the context is closed
     */
    Fetch ask(Route route, Request request) throws BlockTransferException {
        Fetch fetch = new Fetch(route, request);
        if (!tell(() -> start(fetch))) {
            throw new BlockTransferException("its context is closed");
        }
        return fetch;
    }

    /** Nobody waits for an answer any more. */
    void drop(Fetch fetch) {
        tell(() -> cancel(fetch));
    }

    /**
     * Waits for an answer.
     *
     * @return what was asked for, each of which is there or not
     * @throws BlockTransferException if that fails, or is interrupted
     */
    List<Optional<List<EncodedBlock>>> await(Fetch fetch) throws BlockTransferException {
        boolean interrupted = Thread.interrupted(); // of old, by user code: whoever stops attempts raises a flag before
        try {
            return fetch.await(patience);
        } catch (InterruptedException e) {
            interrupted = true;
            drop(fetch);
            throw new BlockTransferException("the wait for it was interrupted", e);
        } catch (SilenceException e) {
            tell(() -> giveUp(fetch));
            throw new BlockTransferException(String.valueOf(e.getMessage()), e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void cancel(Fetch fetch) {
        early.remove(fetch);
        if (client != null) {
            client.cancel(fetch);
        }
    }

    private void giveUp(Fetch fetch) {
        early.remove(fetch);
        if (client != null) {
            client.giveUp(fetch);
        }
    }

    /** An executor is gone: all connections from and to it end. */
    void leave(ExecutorId executor) {
        tell(() -> {
            server.leave(executor);
            if (client != null) {
                client.leave(executor);
            }
        });
    }

    /** Has the event loop do something; returns false if it has ended. */
    private boolean tell(Runnable task) {
        try {
            loop.execute(task);
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    /** Ends all connections and threads, and returns what has not ended in time. */
    List<String> close(Duration deadline) {
        tell(this::end);
        makers.shutdownNow();
        loop.shutdownGracefully(0, deadline.toNanos(), TimeUnit.NANOSECONDS);
        List<String> stuck = new ArrayList<>();
        loopThread.join(deadline).forEach(thread -> stuck.add("the event loop of block transfer, " + thread.getName()));
        makerThreads
                .join(deadline)
                .forEach(thread -> stuck.add("the making of a block for another executor, " + thread.getName()));
        return stuck;
    }

    private void end() {
        Failure why = Failure.notFetched("its context is closed");
        over = why;
        early.forEach(fetch -> fetch.fail(why));
        early.clear();
        if (client != null) {
            client.close();
        }
        server.close();
    }

    /** Returns how many bytes of Netty's buffers are in use. */
    long bufferBytes() {
        return buffers.metric().usedHeapMemory() + buffers.metric().usedDirectMemory();
    }
}
