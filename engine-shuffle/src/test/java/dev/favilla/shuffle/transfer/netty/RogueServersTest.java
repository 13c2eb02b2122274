package dev.favilla.shuffle.transfer.netty;

import static dev.favilla.shuffle.transfer.netty.TransferFixture.A;
import static dev.favilla.shuffle.transfer.netty.TransferFixture.B;
import static dev.favilla.shuffle.transfer.netty.TransferFixture.LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.favilla.disk.LocalDiskException;
import dev.favilla.frame.BlockHeader;
import dev.favilla.serializer.SerializationException;
import dev.favilla.shuffle.BlockServers;
import dev.favilla.shuffle.BlockTransferException;
import dev.favilla.shuffle.transfer.netty.Fetch.Route;
import dev.favilla.shuffle.transfer.netty.Fetch.SilenceException;
import dev.favilla.shuffle.transfer.netty.Request.Output;
import dev.favilla.shuffle.transfer.netty.Request.Outputs;
import dev.favilla.shuffle.transfer.netty.TransferFixture.Server;
import dev.favilla.storage.EncodedBlock;
import dev.favilla.testing.LeakProbe;
import dev.favilla.testing.LeakProbes;
import dev.favilla.testing.TestSeed;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.channel.SingleThreadIoEventLoop;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a client makes of whatever listens where its context's server should. */
@Timeout(60)
class RogueServersTest {

    private static final Outputs REQUEST = new Outputs(3, 1, List.of(new Output(7, 107, 0)));
    private static final int ROUNDS = 300;

    private final UnpooledByteBufAllocator buffers = new UnpooledByteBufAllocator(false);
    private final JoinedThreads threads = new JoinedThreads(TransferFixture.threads("favilla-test-transfer-"));
    private final LoopbackMedium medium = new LoopbackMedium();
    private final EventLoop loop = new SingleThreadIoEventLoop(null, threads, medium.driver());
    private final BlockServers servers = new BlockServers();

    @BeforeEach
    void audit(LeakProbes probes) {
        servers.register(B, new Server());
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
        loop.shutdownGracefully(0, 10, TimeUnit.SECONDS);
        assertThat(threads.join(Duration.ofSeconds(10))).isEmpty();
    }

    /** What is done with a connection, whose number among all is told. */
    private interface Behaviour {

        void meet(Socket client, int number) throws IOException;
    }

    /** Listens, and behaves in some way on each connection. */
    private static final class Rogue implements AutoCloseable {

        private final ServerSocket socket;
        private final AtomicInteger connections = new AtomicInteger();
        private final Thread thread;

        Rogue(Behaviour behaviour) throws IOException {
            socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
            thread = new Thread(() -> serve(behaviour), "rogue");
            thread.setDaemon(true);
            thread.start();
        }

        private void serve(Behaviour behaviour) {
            while (!socket.isClosed()) {
                try (Socket client = socket.accept()) {
                    behaviour.meet(client, connections.incrementAndGet());
                } catch (IOException e) {
                    // the client has had enough, or the test is over
                }
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private List<Optional<List<EncodedBlock>>> fetch(Rogue rogue, Duration patience) throws Exception {
        ClientSide client = new ClientSide(
                loop,
                medium,
                new ChannelSetup(buffers, LONG),
                servers,
                rogue.socket.getLocalSocketAddress(),
                new byte[Wire.SECRET_BYTES]);
        Fetch fetch = new Fetch(new Route(A, B), REQUEST);
        loop.execute(() -> client.start(fetch));
        try {
            return fetch.await(patience);
        } finally {
            loop.execute(client::close);
        }
    }

    /** Reads all that a client says first. */
    private void hear(Socket client) throws IOException {
        ByteBuf hello = Wire.hello(buffers, B);
        ByteBuf request = REQUEST.encode(buffers, 0);
        client.getInputStream().readNBytes(Wire.SECRET_BYTES + hello.readableBytes() + request.readableBytes());
        hello.release();
        request.release();
    }

    private static void say(Socket client, ByteBuf bytes) throws IOException {
        byte[] all = new byte[bytes.readableBytes()];
        bytes.readBytes(all);
        bytes.release();
        client.getOutputStream().write(all);
    }

    private ByteBuf answer(byte[] block) {
        EncodedBlock encoded = new EncodedBlock(new BlockHeader("shuffle_3_7_1", 107, 0, 2), block);
        return Unpooled.wrappedBuffer(
                Wire.output(buffers, 0, 1),
                Wire.block(buffers, 0, encoded),
                Wire.data(buffers, 0, block, 0, block.length),
                Wire.bare(buffers, Wire.END, 0));
    }

    @Test
    void oneThatHangsUpIsAskedThreeTimes() throws Exception {
        try (Rogue rogue = new Rogue((client, number) -> hear(client))) {
            assertThatThrownBy(() -> fetch(rogue, LONG))
                    .isInstanceOf(BlockTransferException.class)
                    .hasMessageEndingWith("and so it did before, 3 times in all");
            assertThat(rogue.connections).hasValue(3);
        }
    }

    @Test
    void oneThatAnswersTheThirdTimeIsHeard() throws Exception {
        byte[] block = {1, 2, 3};
        try (Rogue rogue = new Rogue((client, number) -> {
            hear(client);
            if (number == 3) {
                say(client, answer(block));
                client.getInputStream().read(); // until the client hangs up
            }
        })) {
            assertThat(fetch(rogue, LONG).get(0).orElseThrow().get(0).frame()).containsExactly(1, 2, 3);
        }
    }

    @Test
    void whatCameOfAnAnswerThatBrokeOffIsForgotten() throws Exception {
        byte[] block = new byte[100_000];
        try (Rogue rogue = new Rogue((client, number) -> {
            hear(client);
            ByteBuf all = answer(block);
            if (number == 3) {
                say(client, all);
                client.getInputStream().read(); // until the client hangs up
            } else {
                say(client, all.copy(0, 90_000));
                all.release();
            }
        })) {
            List<EncodedBlock> blocks = fetch(rogue, LONG).get(0).orElseThrow();
            assertThat(blocks).hasSize(1);
            assertThat(blocks.get(0).frame()).hasSize(100_000);
        }
    }

    @Test
    void nobodyAtAllIsAFetchThatFails() throws Exception {
        Rogue rogue = new Rogue((client, number) -> {});
        rogue.close();

        assertThatThrownBy(() -> fetch(rogue, LONG))
                .isInstanceOf(BlockTransferException.class)
                .hasMessageStartingWith("cannot connect: ");
    }

    @Test
    void oneThatIsSilentIsGivenUp() throws Exception {
        try (Rogue rogue = new Rogue((client, number) -> client.getInputStream().readAllBytes())) {
            assertThatThrownBy(() -> fetch(rogue, Duration.ofMillis(50)))
                    .isInstanceOf(SilenceException.class)
                    .hasMessage("that executor said nothing for 50 ms");
        }
    }

    @Test
    void anAnnouncedLengthIsNotBelieved() throws Exception {
        ByteBuf frame = Unpooled.buffer().writeInt(Integer.MAX_VALUE).writeZero(100);
        try (Rogue rogue = new Rogue((client, number) -> {
            hear(client);
            say(client, frame.copy());
            client.getInputStream().read();
        })) {
            assertThatThrownBy(() -> fetch(rogue, LONG))
                    .isInstanceOf(BlockTransferException.class)
                    .hasMessageContaining("the connection broke: Adjusted frame length exceeds");
        }
    }

    @Test
    void aBlockThatIsAnnouncedTwoGigabytesLongTakesNoSuchRoom() throws Exception {
        byte[] name = "shuffle_3_7_1".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        try (Rogue rogue = new Rogue((client, number) -> {
            hear(client);
            say(client, Wire.output(buffers, 0, 1));
            ByteBuf block = Wire.begin(buffers, Wire.BLOCK, 0, 64)
                    .writeShort(name.length)
                    .writeBytes(name);
            say(client, Wire.finish(block.writeZero(4 * Long.BYTES).writeInt(Integer.MAX_VALUE - 8)));
        })) {
            assertThatThrownBy(() -> fetch(rogue, LONG)).isInstanceOf(BlockTransferException.class);
        }
    }

    @Test
    void whateverIsSaidTheFetchEndsAndNothingIsLeft(TestSeed seed) throws Exception {
        SplittableRandom random = seed.split("said");
        try (Rogue rogue = new Rogue((client, number) -> {
            hear(client);
            byte[] block = new byte[random.nextInt(300)];
            say(client, Mutations.of(random, answer(block)));
        })) {
            for (int round = 0; round < ROUNDS; round++) {
                try {
                    assertThat(fetch(rogue, LONG)).hasSize(1);
                } catch (BlockTransferException | SerializationException | LocalDiskException e) {
                    assertThat(e).hasMessageNotContaining("bug");
                }
            }
        }
    }
}
