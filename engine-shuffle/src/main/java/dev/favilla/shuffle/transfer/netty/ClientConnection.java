package dev.favilla.shuffle.transfer.netty;

import dev.favilla.shuffle.transfer.netty.Fetch.Route;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.CorruptedFrameException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One executor's connection to another, from the asking side: any number of requests may be under way on it. Once it has
 * ended, whatever it was, all of them are told. Belongs to the event loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what fails ends its channel, which says so
final class ClientConnection extends SimpleChannelInboundHandler<ByteBuf> {

    private final Channel channel;
    private final Route route;
    private final byte[] secret;
    private final Owner owner;

    /** What is asked for and not answered, by the number of the request. */
    private final Map<Integer, Fetch> pending = new LinkedHashMap<>();

    /** The number of the next request; a connection that had used up all would be an end of its own. */
    private int next;

    private boolean greeted;
    private String reason = "the connection ended";

    /** Told what becomes of it. */
    interface Owner {

        /** It has ended, and these requests are without an answer. */
        void ended(ClientConnection connection, List<Fetch> unanswered, String reason);
    }

    ClientConnection(Channel channel, Route route, byte[] secret, Owner owner) {
        this.channel = channel;
        this.route = route;
        this.secret = secret;
        this.owner = owner;
    }

    Route route() {
        return route;
    }

    /** Sends a request, once the connection is there. */
    void send(Fetch fetch) {
        int request = next++;
        pending.put(request, fetch);
        if (greeted) {
            write(fetch.request().encode(channel.alloc(), request));
            channel.flush();
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        greeted = true;
        write(context.alloc().heapBuffer(secret.length).writeBytes(secret));
        write(Wire.hello(context.alloc(), route.to()));
        pending.forEach((request, fetch) -> write(fetch.request().encode(context.alloc(), request)));
        context.flush();
    }

    private void write(ByteBuf frame) {
        channel.write(frame).addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, ByteBuf frame) {
        if (!channel.isActive()) {
            return; // what comes after a frame that was wrong
        }
        Wire.Head head = Wire.head(frame);
        Fetch fetch = pending.get(head.request());
        if (fetch == null) {
            if (head.request() < 0 || head.request() >= next) {
                throw new CorruptedFrameException("an answer to request " + head.request() + ", which nobody made");
            }
        } else if (fetch.take(head.type(), frame)) { // else it was cancelled, and the answer under way
            pending.remove(head.request());
        }
    }

    /** Nobody waits for an answer any more. */
    void cancel(Fetch fetch) {
        for (Map.Entry<Integer, Fetch> entry : pending.entrySet()) {
            if (entry.getValue() == fetch) {
                int request = entry.getKey();
                pending.remove(request);
                if (greeted) {
                    write(Wire.bare(channel.alloc(), Wire.CANCEL, request));
                    channel.flush();
                }
                return;
            }
        }
    }

    /** Ends the connection. */
    void close(String why) {
        reason = why;
        channel.close();
        end();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        logger().debug("The connection to {} ends", route.to(), cause);
        close("the connection broke: " + cause.getMessage());
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        end();
    }

    private void end() {
        List<Fetch> unanswered = new ArrayList<>(pending.values());
        pending.clear();
        owner.ended(this, unanswered, reason);
    }

    /** Asked for only when there is something to say: without a binding the first logger prints a banner. */
    private static Logger logger() {
        return LoggerFactory.getLogger(ClientConnection.class);
    }
}
