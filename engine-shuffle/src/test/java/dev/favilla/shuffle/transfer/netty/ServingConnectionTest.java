package dev.favilla.shuffle.transfer.netty;

import static dev.favilla.shuffle.transfer.netty.TransferFixture.B;
import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.shuffle.BlockServers;
import dev.favilla.shuffle.transfer.netty.Request.Output;
import dev.favilla.shuffle.transfer.netty.Request.Outputs;
import dev.favilla.shuffle.transfer.netty.TransferFixture.Server;
import dev.favilla.testing.LeakProbe;
import dev.favilla.testing.LeakProbes;
import dev.favilla.testing.ManualExecutor;
import dev.favilla.testing.TestSeed;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ServingConnectionTest {

    private static final Duration PATIENCE = Duration.ofSeconds(8);
    private static final int ROUNDS = 2000;

    private final UnpooledByteBufAllocator buffers = new UnpooledByteBufAllocator(false);
    private final BlockServers servers = new BlockServers();
    private final ManualExecutor makers = new ManualExecutor();
    private final Server server = new Server();
    private Stalling channel = open();

    @BeforeEach
    void audit(LeakProbes probes) {
        servers.register(B, server);
        probes.register(new LeakProbe() {
            @Override
            public String name() {
                return "bytes of buffers";
            }

            @Override
            public long measure() {
                return buffers.metric().usedHeapMemory() + buffers.metric().usedDirectMemory();
            }
        });
    }

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    /** Can keep what is to be sent. */
    private static final class Stalling extends EmbeddedChannel {

        private boolean stalled;

        @Override
        protected void doWrite(ChannelOutboundBuffer out) throws Exception {
            if (!stalled) {
                super.doWrite(out);
            }
        }
    }

    private Stalling open() {
        Stalling opened = new Stalling();
        opened.freezeTime();
        opened.config().setAllocator(buffers);
        opened.pipeline().addLast(Wire.frames(Wire.LONGEST_REQUEST), new ServingConnection(servers, makers, PATIENCE));
        return opened;
    }

    private static Outputs asking(int... maps) {
        List<Output> outputs = new ArrayList<>();
        for (int map : maps) {
            outputs.add(new Output(map, 100L + map, 0));
        }
        return new Outputs(3, 1, outputs);
    }

    private void greet() {
        channel.writeInbound(Wire.hello(buffers, B));
    }

    /** Has blocks made that were asked for, and the answers sent. */
    private void work() {
        makers.runAll();
        channel.runPendingTasks();
    }

    /** Says whether the channel takes more to send. */
    private void letThrough(boolean more) {
        channel.unsafe().outboundBuffer().setUserDefinedWritability(1, more);
        channel.runPendingTasks();
    }

    /** Returns the types of the frames that were sent, and of which requests. */
    private List<String> sent() {
        List<String> frames = new ArrayList<>();
        for (ByteBuf frame = channel.readOutbound(); frame != null; frame = channel.readOutbound()) {
            if (frame.isReadable()) { // others only mark a place
                assertThat(frame.readInt()).isEqualTo(frame.readableBytes());
                Wire.Head head = Wire.head(frame);
                frames.add(head.type() + " of " + head.request());
            }
            frame.release();
        }
        return frames;
    }

    private void passTime(Duration time) {
        channel.advanceTimeBy(time.toNanos(), TimeUnit.NANOSECONDS);
        channel.runScheduledPendingTasks();
    }

    @Test
    void answersTakeTurns(TestSeed seed) {
        SplittableRandom random = seed.split("blocks");
        server.with(3, 1, 1, random, 3 * Wire.CHUNK_BYTES).with(3, 2, 1, random, 10);
        greet();
        channel.writeInbound(asking(1).encode(buffers, 0), asking(2).encode(buffers, 1));
        letThrough(false);
        work();

        letThrough(true);

        assertThat(sent())
                .containsExactly(
                        "11 of 0", "11 of 1", "12 of 0", "12 of 1", "13 of 0", "13 of 1", "13 of 0", "14 of 1",
                        "13 of 0", "14 of 0");
    }

    @Test
    void whoWaitsHearsThatABlockIsBeingMadeHoweverLongItTakes() {
        greet();
        channel.writeInbound(asking(1).encode(buffers, 0));
        for (int i = 0; i < 100; i++) {
            passTime(PATIENCE.dividedBy(4));
            assertThat(sent()).containsExactly(Wire.BUSY + " of 0");
        }
        assertThat(channel.isOpen()).isTrue();

        work();

        assertThat(sent()).containsExactly("11 of 0", "14 of 0");
    }

    @Test
    void whoAsksNothingForTwiceItsPatienceIsNotKept() {
        greet();
        for (int i = 0; i < 7; i++) {
            passTime(PATIENCE.dividedBy(4));
        }
        assertThat(channel.isOpen()).isTrue();

        passTime(PATIENCE.dividedBy(4));

        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void whoDoesNotReadForAsLongAsItsPatienceIsNotKept(TestSeed seed) {
        server.with(3, 1, 1, seed.split("blocks"), 100 * Wire.CHUNK_BYTES);
        greet();
        channel.stalled = true;
        channel.writeInbound(asking(1).encode(buffers, 0));
        work();
        assertThat(channel.isWritable()).as("enough waits to be sent").isFalse();
        for (int i = 0; i < 4; i++) {
            passTime(PATIENCE.dividedBy(4));
            assertThat(channel.isOpen()).isTrue();
        }

        passTime(PATIENCE.dividedBy(4));

        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void whoReadsSlowlyIsKept(TestSeed seed) {
        server.with(3, 1, 1, seed.split("blocks"), 100 * Wire.CHUNK_BYTES);
        greet();
        channel.stalled = true;
        channel.writeInbound(asking(1).encode(buffers, 0));
        work();
        List<String> sent = new ArrayList<>();
        while (!sent.contains(Wire.END + " of 0")) {
            for (int i = 0; i < 3; i++) {
                passTime(PATIENCE.dividedBy(4));
            }
            channel.stalled = false;
            channel.flush();
            channel.stalled = true;
            channel.runPendingTasks();
            sent.addAll(sent());
            assertThat(channel.isOpen()).isTrue();
        }

        assertThat(sent).filteredOn(frame -> frame.equals(Wire.DATA + " of 0")).hasSize(100);
        assertThat(sent).contains(Wire.BUSY + " of 0");
    }

    @Test
    void whatWaitedGoesOnWhenTheClientReadsAgain(TestSeed seed) {
        server.with(3, 1, 1, seed.split("blocks"), 10 * Wire.CHUNK_BYTES);
        greet();
        channel.writeInbound(asking(1).encode(buffers, 0));
        letThrough(false);
        work();
        assertThat(sent()).as("nothing is handed to a channel that is full").isEmpty();

        letThrough(true);

        assertThat(sent()).hasSize(1 + 1 + 10 + 1);
    }

    @Test
    void nothingIsSentOfWhatIsCancelled(TestSeed seed) {
        server.with(3, 1, 1, seed.split("blocks"), 10);
        greet();
        channel.writeInbound(asking(1).encode(buffers, 0), asking(1).encode(buffers, 1));

        channel.writeInbound(Wire.bare(buffers, Wire.CANCEL, 0));
        work();

        assertThat(sent()).containsExactly("11 of 1", "12 of 1", "13 of 1", "14 of 1");
    }

    @Test
    void aConnectionBeginsWithAGreetingToSomebodyWhoIsThere() {
        channel.writeInbound(asking(1).encode(buffers, 0));
        assertThat(channel.isOpen()).isFalse();

        channel = open();
        channel.writeInbound(Wire.hello(buffers, TransferFixture.C));
        assertThat(channel.isOpen()).isFalse();
        assertThat(server.asked).isEmpty();
    }

    @Test
    void whatIsWrongEndsTheConnectionAndAsksNothing() {
        List<ByteBuf> wrong = List.of(
                Wire.finish(Wire.begin(buffers, (byte) 99, 0, 0)),
                Wire.bare(buffers, Wire.SHUFFLE, 0),
                Wire.bare(buffers, Wire.CACHED, 0),
                Wire.finish(Wire.begin(buffers, Wire.CANCEL, 0, 1).writeByte(0)),
                Wire.finish(Wire.begin(buffers, Wire.SHUFFLE, 0, 12)
                        .writeInt(3)
                        .writeInt(1)
                        .writeInt(0)),
                Wire.finish(Wire.begin(buffers, Wire.SHUFFLE, 0, 12)
                        .writeInt(3)
                        .writeInt(1)
                        .writeInt(1 << 30)),
                Wire.finish(Wire.begin(buffers, Wire.SHUFFLE, 0, 12)
                        .writeInt(3)
                        .writeInt(-1)
                        .writeInt(1)),
                Wire.finish(Wire.begin(buffers, Wire.CACHED, 0, 17).writeZero(17)),
                buffers.heapBuffer().writeInt(6).writeByte(2).writeByte(3).writeInt(0), // another version
                buffers.heapBuffer().writeInt(1).writeByte(Wire.VERSION),
                buffers.heapBuffer().writeInt(-1),
                buffers.heapBuffer().writeInt(Integer.MAX_VALUE),
                buffers.heapBuffer().writeInt(Wire.LONGEST_REQUEST + 1));
        for (ByteBuf frame : wrong) {
            channel.finishAndReleaseAll();
            channel = open();
            greet();

            channel.writeInbound(frame);

            assertThat(channel.isOpen()).isFalse();
        }
        work();
        assertThat(server.asked).isEmpty();
    }

    @Test
    void theNumberOfARequestIsItsOwn() {
        greet();
        channel.writeInbound(asking(1).encode(buffers, 5), asking(1).encode(buffers, 5));

        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void whateverIsSaidNothingEscapesAndNothingIsLeft(TestSeed seed) {
        SplittableRandom random = seed.split("said");
        server.with(3, 1, 1, random, 10, 200_000).with(3, 2, 1, random, 1000);
        for (int round = 0; round < ROUNDS; round++) {
            channel.finishAndReleaseAll();
            channel = open();
            ByteBuf said = Mutations.of(random, conversation());

            channel.writeInbound(said);
            work();
            passTime(PATIENCE.dividedBy(4));

            while (channel.readOutbound() instanceof ByteBuf frame) {
                frame.release();
            }
            channel.checkException();
        }
    }

    /** What a client says that makes no mistake. */
    private ByteBuf conversation() {
        return Unpooled.wrappedBuffer(
                Wire.hello(buffers, B),
                asking(1, 2).encode(buffers, 0),
                new Request.Cached(new dev.favilla.storage.BlockId(4, 0), 77).encode(buffers, 1),
                Wire.bare(buffers, Wire.CANCEL, 0),
                asking(2).encode(buffers, 2));
    }
}
