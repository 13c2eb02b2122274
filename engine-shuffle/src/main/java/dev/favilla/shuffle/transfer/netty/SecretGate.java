package dev.favilla.shuffle.transfer.netty;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Stands before everything else on an accepted connection: lets in who says the context's secret first, in time, and
 * ends all other connections without a word. How much of the secret was right cannot be told from how long that takes.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what fails ends its channel, which says so
final class SecretGate extends ByteToMessageDecoder {

    private final byte[] secret;
    private final Duration patience;
    private final Consumer<ChannelHandlerContext> proven;

    /** @param proven told once the secret was right; what came after it is still to be read, by who stands behind */
    SecretGate(byte[] secret, Duration patience, Consumer<ChannelHandlerContext> proven) {
        this.secret = secret;
        this.patience = patience;
        this.proven = proven;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        context.executor().schedule(() -> endUnproven(context), patience.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void endUnproven(ChannelHandlerContext context) {
        if (!context.isRemoved()) {
            context.close();
        }
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        if (in.readableBytes() < secret.length || !context.channel().isActive()) {
            return;
        }
        byte[] said = new byte[secret.length];
        in.readBytes(said);
        if (MessageDigest.isEqual(secret, said)) {
            proven.accept(context);
            context.pipeline().remove(this);
        } else {
            in.skipBytes(in.readableBytes());
            context.close();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close(); // whoever it is, there is nothing to say to a stranger
    }
}
