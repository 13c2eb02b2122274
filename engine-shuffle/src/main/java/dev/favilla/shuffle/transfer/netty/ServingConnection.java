package dev.favilla.shuffle.transfer.netty;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.shuffle.BlockServer;
import dev.favilla.shuffle.BlockServers;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.CorruptedFrameException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection from the answering side, behind the {@link SecretGate}. Answers take turns, a frame each, and none is handed
 * to the channel while enough waits there to be sent. Belongs to the event loop.
 *
 * <p><b>Deadlines.</b> Whoever asks and waits hears that the answer is being made, however long that takes. A client that
 * does not read what was sent for as long as its patience, and one that has not asked for twice as long, are not kept.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what fails ends its channel, which says so
final class ServingConnection extends SimpleChannelInboundHandler<ByteBuf> {

    /** How often this is looked at while a client has patience. */
    private static final int LOOKS = 4;

    private static final int LOOKS_WITHOUT_READING = LOOKS;
    private static final int LOOKS_WITHOUT_ASKING = 2 * LOOKS;

    /** More than any executor has slots. */
    private static final int MOST_AT_ONCE = 4096;

    /** Then others that wait for the event loop have a turn. */
    private static final int FRAMES_PER_TURN = 64;

    private final BlockServers servers;
    private final Executor makers;
    private final Duration patience;

    private final Map<Integer, Response> responses = new HashMap<>();

    /** Those of them that have something to send, in the order of their turns. */
    private final Deque<Response> sending = new ArrayDeque<>();

    private @Nullable ExecutorId executor;
    private @Nullable BlockServer server;
    private @Nullable ScheduledFuture<?> looks;
    private boolean turnToCome;
    private int looksWithoutAsking;
    private int looksWithoutReading;

    /** Done when all is sent that was handed to the channel before it; the next is set after that. */
    private @Nullable ChannelFuture mark;

    /** The one of the last look. */
    private @Nullable ChannelFuture lastMark;

    /** @param makers run what makes blocks, which may take long */
    ServingConnection(BlockServers servers, Executor makers, Duration patience) {
        this.servers = servers;
        this.makers = makers;
        this.patience = patience;
    }

    /** Returns whether this executor is asked here. */
    boolean serves(ExecutorId asked) {
        return asked.equals(executor);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        long period = Math.max(1, patience.toNanos() / LOOKS);
        looks = context.executor().scheduleWithFixedDelay(() -> look(context), period, period, TimeUnit.NANOSECONDS);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, ByteBuf frame) {
        if (!context.channel().isActive()) {
            return; // what comes after a frame that was wrong
        }
        Wire.Head head = Wire.head(frame);
        BlockServer asked = server;
        if (asked == null) {
            greet(context, head, frame);
        } else if (head.type() == Wire.CANCEL) {
            Wire.requireEnd(frame);
            Response cancelled = responses.remove(head.request());
            if (cancelled != null) {
                sending.remove(cancelled);
            }
        } else {
            begin(context, asked, head.request(), Request.decode(head.type(), frame));
        }
    }

    private void greet(ChannelHandlerContext context, Wire.Head head, ByteBuf body) {
        if (head.type() != Wire.HELLO) {
            throw new CorruptedFrameException("a connection that begins with a frame of type " + head.type());
        }
        ExecutorId asked = Wire.hello(body);
        Wire.requireEnd(body);
        executor = asked;
        server = servers.find(asked).orElse(null);
        if (server == null) {
            context.close(); // it is gone, which its client finds out
        }
    }

    private void begin(ChannelHandlerContext context, BlockServer asked, int number, Request request) {
        Response response = new Response(number, request);
        if (responses.size() == MOST_AT_ONCE || responses.putIfAbsent(number, response) != null) {
            throw new CorruptedFrameException("request " + number + " while " + responses.size() + " are answered");
        }
        make(context, asked, response);
    }

    private void make(ChannelHandlerContext context, BlockServer asked, Response response) {
        try {
            makers.execute(() -> {
                try {
                    response.make(asked);
                } finally {
                    wake(context, response);
                }
            });
        } catch (RejectedExecutionException e) { // the context is being closed
            context.close();
        }
    }

    /** On the thread that made something: has it sent. If even this fails for want of memory, {@link #look} does it. */
    private void wake(ChannelHandlerContext context, Response response) {
        try {
            context.executor().execute(() -> collect(context, response));
        } catch (RejectedExecutionException e) {
            logger().debug("A block was made for nobody, since its context was closed meanwhile", e);
        }
    }

    private void collect(ChannelHandlerContext context, Response response) {
        if (responses.get(response.number()) == response && response.collect()) {
            sending.add(response);
            takeTurn(context);
        }
    }

    /** Sends a frame of each answer after the other, until enough waits to be sent. */
    private void takeTurn(ChannelHandlerContext context) {
        BlockServer asked = server;
        int frames = 0;
        while (asked != null
                && !sending.isEmpty()
                && frames < FRAMES_PER_TURN
                && context.channel().isWritable()) {
            frames++;
            step(context, asked, sending.remove());
        }
        if (frames > 0 && (mark == null || mark.isDone())) {
            mark = context.write(Unpooled.EMPTY_BUFFER);
        }
        context.flush();
        planTurn(context);
    }

    private void step(ChannelHandlerContext context, BlockServer asked, Response response) {
        try {
            switch (response.step(context)) {
                case MORE -> sending.add(response);
                case MAKE -> make(context, asked, response);
                case DONE -> responses.remove(response.number());
            }
        } catch (RuntimeException | OutOfMemoryError e) { // nobody is to wait for the rest of it
            exceptionCaught(context, e);
        }
    }

    /** Has more sent in a moment, if there is more and the channel takes it; others that wait for the event loop go first. */
    private void planTurn(ChannelHandlerContext context) {
        if (!sending.isEmpty() && !turnToCome && context.channel().isWritable()) {
            turnToCome = true;
            context.executor().execute(() -> {
                turnToCome = false;
                takeTurn(context);
            });
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        planTurn(context);
    }

    /** Some time has passed. */
    private void look(ChannelHandlerContext context) {
        looksWithoutAsking = responses.isEmpty() ? looksWithoutAsking + 1 : 0;
        ChannelFuture sent = mark;
        looksWithoutReading = sent != null && !sent.isDone() && sent == lastMark ? looksWithoutReading + 1 : 0;
        lastMark = sent;
        if (looksWithoutAsking >= LOOKS_WITHOUT_ASKING || looksWithoutReading >= LOOKS_WITHOUT_READING) {
            context.close();
            return;
        }
        for (Response response : new ArrayList<>(responses.values())) {
            collect(context, response);
        }
        responses.keySet().forEach(number -> context.write(Wire.bare(context.alloc(), Wire.BUSY, number)));
        context.flush();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        logger().debug("A connection to {} ends", executor, cause);
        context.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        responses.clear();
        sending.clear();
        ScheduledFuture<?> scheduled = looks;
        if (scheduled != null) {
            scheduled.cancel(false);
        }
    }

    /** Asked for only when there is something to say: without a binding the first logger prints a banner. */
    private static Logger logger() {
        return LoggerFactory.getLogger(ServingConnection.class);
    }
}
