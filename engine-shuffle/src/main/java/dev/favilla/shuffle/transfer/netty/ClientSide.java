package dev.favilla.shuffle.transfer.netty;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.shuffle.BlockServers;
import dev.favilla.shuffle.transfer.netty.Fetch.Route;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Asks: opens one connection for each pair of executors when something is first fetched, and asks anew over another when
 * it ends without an answer, a few times, each later than the one before. Belongs to the event loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what fails ends its channel, which says so
final class ClientSide {

    private static final int MOST_TRIES = 3;
    private static final long FIRST_DELAY_MILLIS = 20;

    private final EventLoop loop;
    private final Medium medium;
    private final ChannelSetup setup;
    private final BlockServers servers;
    private final SocketAddress address;
    private final byte[] secret;
    private final Map<Route, ClientConnection> connections = new HashMap<>();

    /** What is asked for once more in a moment. */
    private final Set<Fetch> later = new HashSet<>();

    private boolean closed;

    /** @param address where all executors of the context are found */
    ClientSide(
            EventLoop loop,
            Medium medium,
            ChannelSetup setup,
            BlockServers servers,
            SocketAddress address,
            byte[] secret) {
        this.loop = loop;
        this.medium = medium;
        this.setup = setup;
        this.servers = servers;
        this.address = address;
        this.secret = secret;
    }

    /** Asks for something, now or after others that are asked for over the same connection. */
    void start(Fetch fetch) {
        if (fetch.isOver()) {
            return;
        }
        if (closed) {
            fetch.fail(Failure.notFetched("its context is closed"));
        } else if (servers.find(fetch.route().to()).isEmpty()) {
            fetch.fail(Failure.notFetched("that executor is gone"));
        } else {
            fetch.begin();
            send(fetch);
        }
    }

    private void send(Fetch fetch) {
        ClientConnection connection;
        try {
            connection = connection(fetch.route());
        } catch (RuntimeException e) { // for example for want of file descriptors
            again(fetch, "cannot connect: " + e.getMessage());
            return;
        }
        connection.send(fetch);
    }

    private ClientConnection connection(Route route) {
        ClientConnection present = connections.get(route);
        return present != null ? present : connect(route);
    }

    private ClientConnection connect(Route route) {
        Channel channel = medium.newClient();
        setup.apply(channel);
        ClientConnection connection = new ClientConnection(channel, route, secret, this::ended);
        ByteToMessageDecoder frames = Wire.frames(Wire.LONGEST_RESPONSE);
        frames.setCumulator(
                ByteToMessageDecoder.COMPOSITE_CUMULATOR); // a chunk may come in parts, which are copied once
        channel.pipeline().addLast(frames, connection);
        connections.put(route, connection);
        ChannelFutureListener unlessDone = done -> {
            if (!done.isSuccess()) {
                connection.close("cannot connect: " + done.cause().getMessage());
            }
        };
        loop.register(channel).addListener(unlessDone);
        channel.connect(address).addListener(unlessDone);
        return connection;
    }

    private void ended(ClientConnection connection, List<Fetch> unanswered, String reason) {
        connections.remove(connection.route(), connection);
        for (Fetch fetch : unanswered) {
            again(fetch, reason);
        }
    }

    private void again(Fetch fetch, String reason) {
        int tries = fetch.tries();
        if (tries >= MOST_TRIES) {
            fetch.fail(Failure.notFetched(reason + ", and so it did before, " + tries + " times in all"));
        } else if (closed || servers.find(fetch.route().to()).isEmpty()) {
            start(fetch); // which says so
        } else {
            later.add(fetch);
            loop.schedule(
                    () -> {
                        later.remove(fetch);
                        start(fetch);
                    },
                    FIRST_DELAY_MILLIS << (tries - 1),
                    TimeUnit.MILLISECONDS);
        }
    }

    /** Nobody waits for it any more, because the attempt was told to stop. */
    void cancel(Fetch fetch) {
        fetch.fail(Failure.notFetched("nobody waits for it"));
        ClientConnection connection = connections.get(fetch.route());
        if (connection != null) {
            connection.cancel(fetch);
        }
    }

    /** Nobody waits for it any more, because nothing was heard; the connection is not asked anything else. */
    void giveUp(Fetch fetch) {
        cancel(fetch);
        ClientConnection connection = connections.get(fetch.route());
        if (connection != null) {
            connection.close("the connection has fallen silent");
        }
    }

    /** An executor is gone; it does not ask any more. What it is asked for ends with the connections of its server. */
    void leave(ExecutorId executor) {
        for (ClientConnection connection : new ArrayList<>(connections.values())) {
            if (connection.route().from().equals(executor)
                    || connection.route().to().equals(executor)) {
                connection.close("that executor is gone");
            }
        }
    }

    void close() {
        closed = true;
        new ArrayList<>(connections.values()).forEach(connection -> connection.close("its context is closed"));
        later.forEach(this::start); // which says so
        later.clear();
    }
}
