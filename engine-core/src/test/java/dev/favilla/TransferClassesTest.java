package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.testing.ForkedJvm;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a JVM loads, opens and prints for blocks that move, and for those that do not. */
class TransferClassesTest {

    /** Runs on one executor, and on several whose tasks read nothing of each other. */
    static final class MovesNothing {

        private MovesNothing() {}

        public static void main(String[] arguments) {
            try (EngineContext one = EngineContext.open("local[2]")) {
                System.out.println(sums(one));
            }
            try (EngineContext three = EngineContext.open("local-cluster[3,1,64]")) {
                LongAccumulator seen = three.longAccumulator("seen");
                three.range(0, 100, 1, 3).map(x -> x + 1).cache().foreach(seen::add);
                System.out.println(seen.count() + " " + seen.value());
            }
        }
    }

    /** Shuffles between executors, by what the argument says. */
    static final class MovesBlocks {

        private MovesBlocks() {}

        public static void main(String[] arguments) {
            try (EngineContext three = EngineContext.builder()
                    .master("local-cluster[3,1,64]")
                    .set("favilla.transfer", arguments[0])
                    .open()) {
                System.out.println(sums(three));
            }
        }
    }

    /** Says on which addresses it listens, before, while and after blocks move. */
    static final class Listens {

        private static final String LISTENING = "0A";

        private Listens() {}

        public static void main(String[] arguments) throws IOException {
            try (EngineContext three = EngineContext.builder()
                    .master("local-cluster[3,1,64]")
                    .set("favilla.transfer", arguments[0])
                    .open()) {
                System.out.println("opened: " + addresses());
                sums(three);
                System.out.println("used: " + addresses());
            }
            System.out.println("closed: " + addresses());
        }

        /** Returns where this process listens, as the kernel writes it; its port, which is another each time, left out. */
        private static List<String> addresses() throws IOException {
            Set<String> own = new HashSet<>();
            for (File descriptor : Objects.requireNonNull(new File("/proc/self/fd").listFiles())) {
                if (Files.isSymbolicLink(descriptor.toPath())) {
                    own.add(target(descriptor.toPath()).replaceAll("socket:\\[(.*)]", "$1"));
                }
            }
            List<String> addresses = new ArrayList<>();
            for (String table : List.of("/proc/self/net/tcp", "/proc/self/net/tcp6")) {
                for (String line :
                        Files.exists(Path.of(table)) ? Files.readAllLines(Path.of(table)) : List.<String>of()) {
                    String[] fields = line.strip().split("\\s+");
                    if (fields[3].equals(LISTENING) && own.contains(fields[9])) {
                        addresses.add(fields[1].replaceAll(":.*", ""));
                    }
                }
            }
            return addresses;
        }

        private static String target(Path link) {
            try {
                return Files.readSymbolicLink(link).toString();
            } catch (IOException e) { // the descriptor of this very listing
                return "";
            }
        }
    }

    private static long sums(EngineContext engine) {
        return engine.range(0, 1000, 1, 3)
                .mapToPair(x -> Pair.of(x % 7, x))
                .reduceByKey(Long::sum, 3)
                .values()
                .reduce(Long::sum);
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "direct"})
    @EnabledOnOs(OS.LINUX)
    void noPortIsOpened(String transfer) throws Exception {
        ForkedJvm.Result result =
                ForkedJvm.of(Listens.class).arguments(transfer).run(Duration.ofSeconds(60));

        assertThat(result.stdout().lines()).as(result.stderr()).containsExactly("opened: []", "used: []", "closed: []");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void onePortIsOpenOnTheLoopbackDeviceWhileBlocksMayMoveOverTcp() throws Exception {
        ForkedJvm.Result result = ForkedJvm.of(Listens.class).arguments("tcp").run(Duration.ofSeconds(60));

        List<String> lines = result.stdout().lines().toList();
        assertThat(lines)
                .as(result.stderr())
                .hasSize(3)
                .startsWith("opened: []")
                .endsWith("closed: []");
        assertThat(lines.get(1))
                .isIn(
                        "used: [0100007F]", // 127.0.0.1
                        "used: [0000000000000000FFFF00000100007F]", // the same, of a socket for both versions
                        "used: [00000000000000000000000001000000]"); // ::1
    }

    @Test
    void nothingOfNettyIsLoadedWhereNoBlockMoves() throws Exception {
        ForkedJvm.Result result = ForkedJvm.of(MovesNothing.class)
                .jvmOptions("-Xlog:class+load:stdout")
                .run(Duration.ofSeconds(60));

        List<String> lines = result.stdout().lines().toList();
        assertThat(lines).contains("499500", "100 5050");
        assertThat(lines).anyMatch(line -> line.contains("dev.favilla.EngineContext "));
        assertThat(lines).noneMatch(line -> line.contains("io.netty."));
    }

    @Test
    void whatIsNotAskedForIsNotLoadedEither() throws Exception {
        ForkedJvm.Result result = ForkedJvm.of(MovesBlocks.class)
                .jvmOptions("-Xlog:class+load:stdout")
                .arguments("memory")
                .run(Duration.ofSeconds(60));

        List<String> lines = result.stdout().lines().toList();
        assertThat(lines).contains("499500");
        assertThat(lines).anyMatch(line -> line.contains("io.netty.channel.local.LocalChannel "));
        assertThat(lines)
                .noneMatch(
                        line -> line.contains("io.netty.channel.socket.nio") || line.contains("io.netty.util.NetUtil"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "tcp"})
    void nothingIsPrintedWhetherAnybodyLogsOrNot(String transfer) throws Exception {
        String everything = System.getProperty("java.class.path");
        String withoutBinding = Arrays.stream(everything.split(File.pathSeparator))
                .filter(entry -> !entry.contains("slf4j-simple"))
                .collect(Collectors.joining(File.pathSeparator));
        for (String classPath : List.of(everything, withoutBinding)) {
            ForkedJvm.Result result = ForkedJvm.of(MovesBlocks.class)
                    .classPath(classPath)
                    .jvmOptions("-Dorg.slf4j.simpleLogger.defaultLogLevel=info")
                    .arguments(transfer)
                    .run(Duration.ofSeconds(60));

            assertThat(result).isEqualTo(new ForkedJvm.Result(0, "499500" + System.lineSeparator(), ""));
        }
    }
}
