package dev.favilla.shuffle.transfer.netty;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.testing.TestSeed;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SecretGateTest {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final byte[] secret = new byte[Wire.SECRET_BYTES];
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private int proven;
    private final StringBuilder behind = new StringBuilder();

    @BeforeEach
    void open(TestSeed seed) {
        seed.split("secret").nextBytes(secret);
        channel.freezeTime();
        channel.pipeline().addLast(new SecretGate(secret, PATIENCE, this::admit));
    }

    private void admit(ChannelHandlerContext context) {
        proven++;
        context.pipeline().addLast(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext next, Object message) {
                ByteBuf bytes = (ByteBuf) message;
                while (bytes.isReadable()) {
                    behind.append((char) bytes.readByte());
                }
                bytes.release();
            }
        });
    }

    private void say(byte... bytes) {
        channel.writeInbound(Unpooled.copiedBuffer(bytes));
    }

    private void passTime(Duration time) {
        channel.advanceTimeBy(time.toNanos(), TimeUnit.NANOSECONDS);
        channel.runScheduledPendingTasks();
    }

    @Test
    void theSecretLetsInWhatComesAfterIt() {
        byte[] all = Arrays.copyOf(secret, secret.length + 2);
        all[secret.length] = 'h';
        all[secret.length + 1] = 'i';
        say(all);
        say((byte) '!');

        assertThat(proven).isOne();
        assertThat(behind).hasToString("hi!");
        passTime(PATIENCE.multipliedBy(2));
        assertThat(channel.isOpen()).isTrue();
    }

    @Test
    void theSecretMayComeByteByByte() {
        for (byte each : secret) {
            assertThat(proven).isZero();
            say(each);
        }

        assertThat(proven).isOne();
        assertThat(channel.isOpen()).isTrue();
    }

    @Test
    void oneWrongBitEndsTheConnectionWithoutAWord() {
        for (int bit = 0; bit < 8 * secret.length; bit++) {
            byte[] said = Arrays.copyOf(secret, secret.length + 100);
            said[bit / 8] ^= (byte) (1 << bit % 8);
            EmbeddedChannel other = new EmbeddedChannel(new SecretGate(secret, PATIENCE, this::admit));

            other.writeInbound(Unpooled.copiedBuffer(said));

            assertThat(other.isOpen()).isFalse();
            assertThat(other.outboundMessages()).isEmpty();
        }
        assertThat(proven).isZero();
        assertThat(behind).isEmpty();
    }

    @Test
    void whoIsSilentTooLongIsNotWaitedFor() {
        say(Arrays.copyOf(secret, secret.length - 1));
        passTime(PATIENCE.minusNanos(1));
        assertThat(channel.isOpen()).isTrue();

        passTime(Duration.ofNanos(1));

        assertThat(channel.isOpen()).isFalse();
        assertThat(proven).isZero();
    }

    @Test
    void whatIsSaidAfterAWrongSecretIsNotRead(TestSeed seed) {
        SplittableRandom random = seed.split("said");
        byte[] said = new byte[4 * Wire.SECRET_BYTES];
        random.nextBytes(said);
        System.arraycopy(secret, 0, said, Wire.SECRET_BYTES, Wire.SECRET_BYTES); // right, but second

        say(said);

        assertThat(channel.isOpen()).isFalse();
        assertThat(proven).isZero();
    }
}
