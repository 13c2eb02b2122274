package dev.favilla.shuffle.transfer.netty;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.shuffle.BlockServers;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.ServerChannel;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Answers for all executors of a context, at one address: it is given up only when nobody of the context connects to it
 * any more, so that a secret is never told to a stranger who listens there afterwards. Belongs to the event loop.
 *
 * <p>So many connections may be without proof at a time; one more ends the one that has waited longest. Those with proof
 * are the context's own, one for each pair of executors.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what fails ends its channel, which says so
final class ServerSide {

    private static final int MOST_UNPROVEN = 64;
    private static final int SECONDS_WITHOUT_ACCEPTING = 1;

    private final EventLoop loop;
    private final ChannelSetup setup;
    private final BlockServers servers;
    private final Executor makers;
    private final byte[] secret;
    private final Set<Channel> unproven = new LinkedHashSet<>();
    private final Map<Channel, ServingConnection> serving = new LinkedHashMap<>();
    private @Nullable ServerChannel listening;

    ServerSide(EventLoop loop, ChannelSetup setup, BlockServers servers, Executor makers, byte[] secret) {
        this.loop = loop;
        this.setup = setup;
        this.servers = servers;
        this.makers = makers;
        this.secret = secret;
    }

    /** Begins to listen, and says where, or why it cannot. */
    void listen(Medium medium, BiConsumer<@Nullable SocketAddress, @Nullable Throwable> told) {
        ServerChannel channel;
        try {
            channel = medium.newServer();
        } catch (RuntimeException e) { // for example for want of file descriptors
            told.accept(null, e);
            return;
        }
        listening = channel;
        channel.config().setAllocator(setup.buffers());
        channel.pipeline().addLast(new Acceptor());
        loop.register(channel).addListener((ChannelFuture registered) -> {
            if (registered.isSuccess()) {
                channel.bind(medium.anywhere())
                        .addListener((ChannelFuture bound) ->
                                told.accept(bound.isSuccess() ? channel.localAddress() : null, bound.cause()));
            } else {
                told.accept(null, registered.cause());
            }
        });
    }

    private void accept(Channel channel) {
        setup.apply(channel);
        channel.pipeline().addLast(new SecretGate(secret, setup.patience(), this::admit));
        channel.closeFuture().addListener(closed -> {
            unproven.remove(channel);
            serving.remove(channel);
        });
        unproven.add(channel);
        if (unproven.size() > MOST_UNPROVEN) {
            Iterator<Channel> oldest = unproven.iterator();
            Channel first = oldest.next();
            oldest.remove();
            first.close();
        }
        loop.register(channel);
    }

    private void admit(ChannelHandlerContext context) {
        Channel channel = context.channel();
        unproven.remove(channel);
        ServingConnection connection = new ServingConnection(servers, makers, setup.patience());
        serving.put(channel, connection);
        channel.pipeline().addLast(Wire.frames(Wire.LONGEST_REQUEST), connection);
    }

    /** An executor is gone: ends the connections over which it was asked. */
    void leave(ExecutorId executor) {
        new ArrayList<>(serving.entrySet())
                .stream()
                        .filter(entry -> entry.getValue().serves(executor))
                        .forEach(entry -> entry.getKey().close());
    }

    void close() {
        if (listening != null) {
            listening.close();
        }
        new ArrayList<>(unproven).forEach(Channel::close);
        new ArrayList<>(serving.keySet()).forEach(Channel::close);
    }

    private final class Acceptor extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext context, Object accepted) {
            accept((Channel) accepted);
        }

        /** For example for want of file descriptors, which trying again at once does not change. */
        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            LoggerFactory.getLogger(ServerSide.class).debug("A connection cannot be accepted", cause);
            Channel channel = context.channel();
            channel.config().setAutoRead(false);
            loop.schedule(() -> channel.config().setAutoRead(true), SECONDS_WITHOUT_ACCEPTING, TimeUnit.SECONDS);
        }
    }
}
