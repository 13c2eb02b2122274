package dev.favilla.shuffle.transfer.netty;

import static dev.favilla.shuffle.transfer.netty.TransferFixture.A;
import static dev.favilla.shuffle.transfer.netty.TransferFixture.B;
import static dev.favilla.shuffle.transfer.netty.TransferFixture.LONG;
import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.shuffle.BlockServers;
import dev.favilla.shuffle.transfer.netty.Fetch.Route;
import dev.favilla.shuffle.transfer.netty.Request.Output;
import dev.favilla.shuffle.transfer.netty.Request.Outputs;
import dev.favilla.shuffle.transfer.netty.TransferFixture.Server;
import dev.favilla.testing.LeakProbe;
import dev.favilla.testing.LeakProbes;
import dev.favilla.testing.TestSeed;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.channel.SingleThreadIoEventLoop;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a server makes of whatever connects to its port. */
@Timeout(60)
class HostileClientsTest {

    private static final int LARGE = 64 << 20;

    private final UnpooledByteBufAllocator buffers = new UnpooledByteBufAllocator(false);
    private final JoinedThreads threads = new JoinedThreads(TransferFixture.threads("favilla-test-transfer-"));
    private final ExecutorService makers =
            Executors.newCachedThreadPool(TransferFixture.threads("favilla-test-blocks-"));
    private final LoopbackMedium medium = new LoopbackMedium();
    private final EventLoop loop = new SingleThreadIoEventLoop(null, threads, medium.driver());
    private final BlockServers servers = new BlockServers();
    private final byte[] secret = new byte[Wire.SECRET_BYTES];
    private final Server server = new Server();
    private SplittableRandom random = new SplittableRandom(0);

    @BeforeEach
    void audit(LeakProbes probes, TestSeed seed) {
        random = seed.split("clients");
        random.nextBytes(secret);
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
    void close() throws InterruptedException {
        loop.shutdownGracefully(0, 10, TimeUnit.SECONDS);
        makers.shutdownNow();
        assertThat(threads.join(Duration.ofSeconds(10))).isEmpty();
        assertThat(makers.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }

    private InetSocketAddress listen(Duration patience) throws Exception {
        ServerSide side = new ServerSide(loop, new ChannelSetup(buffers, patience), servers, makers, secret);
        CompletableFuture<InetSocketAddress> bound = new CompletableFuture<>();
        loop.execute(() -> side.listen(medium, (where, problem) -> bound.complete((InetSocketAddress) where)));
        return bound.get();
    }

    private static Socket connect(InetSocketAddress address) throws IOException {
        return new Socket(address.getAddress(), address.getPort());
    }

    /** Returns whether the other side has ended the connection, and said nothing. */
    private static boolean isHungUp(Socket client) throws IOException {
        try {
            return client.getInputStream().read() < 0;
        } catch (IOException e) { // reset, since it did not read all that was said
            return true;
        }
    }

    private static void say(Socket client, byte[] bytes) throws IOException {
        try {
            client.getOutputStream().write(bytes);
        } catch (IOException e) {
            assertThat(e).as("it has hung up already").isNotNull();
        }
    }

    private static byte[] bytesOf(ByteBuf buffer) {
        byte[] bytes = new byte[buffer.readableBytes()];
        buffer.readBytes(bytes);
        buffer.release();
        return bytes;
    }

    /** Fetches as the context's own executors do. */
    private void assertServes(InetSocketAddress address) throws Exception {
        server.with(3, 7, 1, random, 1000);
        ClientSide client = new ClientSide(loop, medium, new ChannelSetup(buffers, LONG), servers, address, secret);
        Fetch fetch = new Fetch(new Route(A, B), new Outputs(3, 1, List.of(new Output(7, 107, 0))));
        loop.execute(() -> client.start(fetch));

        assertThat(fetch.await(LONG).get(0).orElseThrow().get(0).frame())
                .isEqualTo(server.blocks(3, 7, 1).get(0).frame());
    }

    @Test
    void thePortIsOnTheLoopbackDeviceAndNobodyChoseIt() throws Exception {
        InetSocketAddress address = listen(LONG);

        assertThat(address.getAddress()).isEqualTo(InetAddress.getLoopbackAddress());
        assertThat(address.getPort()).isPositive();
        assertServes(address);
    }

    @Test
    void whoDoesNotKnowTheSecretHearsNothingAndAsksNothing() throws Exception {
        InetSocketAddress address = listen(LONG);
        for (int i = 0; i < 50; i++) {
            byte[] said = new byte[Wire.SECRET_BYTES + random.nextInt(100_000)];
            random.nextBytes(said);
            try (Socket client = connect(address)) {
                say(client, said);
                assertThat(isHungUp(client)).isTrue();
            }
        }
        assertThat(server.asked).isEmpty();
        assertServes(address);
    }

    @Test
    void whoSaysNothingInTimeIsHungUpOn() throws Exception {
        InetSocketAddress address = listen(Duration.ofMillis(50));
        try (Socket client = connect(address)) {
            say(client, new byte[] {1, 2, 3});
            assertThat(isHungUp(client)).isTrue();
        }
    }

    @Test
    void aThousandIdleConnectionsKeepNobodyOut() throws Exception {
        InetSocketAddress address = listen(LONG);
        List<Socket> idle = new ArrayList<>();
        try {
            for (int i = 0; i < 1000; i++) {
                idle.add(connect(address));
            }
            assertServes(address);
            for (int i = 0; i < 1000 - 64; i++) {
                assertThat(isHungUp(idle.get(i))).isTrue();
            }
        } finally {
            for (Socket each : idle) {
                each.close();
            }
        }
    }

    @Test
    void aClosedHalfIsAClosedConnection() throws Exception {
        InetSocketAddress address = listen(LONG);
        try (Socket client = connect(address)) {
            say(client, secret);
            say(client, bytesOf(Wire.hello(buffers, B)));
            client.shutdownOutput();
            assertThat(isHungUp(client)).isTrue();
        }
    }

    @Test
    void whoKnowsTheSecretAndStopsReadingIsHungUpOn() throws Exception {
        server.with(3, 8, 1, random, LARGE);
        InetSocketAddress address = listen(Duration.ofMillis(200));
        try (Socket client = connect(address)) {
            say(client, secret);
            say(client, bytesOf(Wire.hello(buffers, B)));
            say(client, bytesOf(new Outputs(3, 1, List.of(new Output(8, 108, 0))).encode(buffers, 0)));
            sayUntilTheEnd(client, bytesOf(Wire.bare(buffers, Wire.CANCEL, 99)));
            // all it can read now is what was on the way
            long read = 0;
            try {
                byte[] some = new byte[1 << 20];
                for (int n = client.getInputStream().read(some);
                        n >= 0;
                        n = client.getInputStream().read(some)) {
                    read += n;
                }
            } catch (IOException e) {
                assertThat(e).hasMessageContaining("reset");
            }
            assertThat(read).isLessThan(LARGE);
        }
    }

    /** Says something harmless until nobody listens any more. */
    private static void sayUntilTheEnd(Socket client, byte[] bytes) {
        try {
            while (!client.isClosed()) {
                client.getOutputStream().write(bytes);
            }
        } catch (IOException e) {
            assertThat(client.isConnected()).isTrue();
        }
    }

    @Test
    void whoKnowsTheSecretAndSaysAnythingEndsHisOwnConnectionOnly() throws Exception {
        InetSocketAddress address = listen(LONG);
        for (int i = 0; i < 100; i++) {
            byte[] said = new byte[1 + random.nextInt(100)];
            random.nextBytes(said);
            said[0] |= (byte) 0x80; // a length below zero, or an end before any
            try (Socket client = connect(address)) {
                say(client, secret);
                say(client, said);
                client.shutdownOutput();
                assertThat(isHungUp(client)).isTrue();
            }
        }
        assertThat(server.asked).isEmpty();
        assertServes(address);
    }
}
