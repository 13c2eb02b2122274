package dev.favilla.shuffle.transfer.netty;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import java.time.Duration;

/**
 * What all channels of a context have in common.
 *
 * @param buffers where their buffers come from
 * @param patience how long a connection may take to be made
 */
record ChannelSetup(ByteBufAllocator buffers, Duration patience) {

    /** So much is read at once. */
    private static final int READ_BYTES = 64 << 10;

    /** So much may wait to be sent before no more is handed to a channel; and so little, before there is. */
    private static final WriteBufferWaterMark WAITING_BYTES = new WriteBufferWaterMark(256 << 10, 512 << 10);

    void apply(Channel channel) {
        ChannelConfig config = channel.config();
        config.setAllocator(buffers);
        config.setRecvByteBufAllocator(new FixedRecvByteBufAllocator(READ_BYTES));
        config.setWriteBufferWaterMark(WAITING_BYTES);
        config.setConnectTimeoutMillis((int) Math.min(Integer.MAX_VALUE, Math.max(1, patience.toMillis())));
    }
}
