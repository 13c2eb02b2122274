package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;

import com.esotericsoftware.kryo.kryo5.Kryo;
import dev.favilla.memory.MemoryManager;
import dev.favilla.scheduler.JobScheduler;
import dev.favilla.shuffle.Partitioner;
import dev.favilla.testing.ForkedJvm;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.resolver.AddressResolver;
import io.netty.util.concurrent.EventExecutor;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.DeflaterOutputStream;
import javax.tools.ToolProvider;
import net.jpountz.lz4.LZ4Factory;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;

/** What a user gets who adds engine-core to a project and nothing else. */
class EmbeddingTest {

    private static final long CEILING_BYTES = 6_000_000;

    /** What a jar has around each file, about. */
    private static final int HEADER_BYTES = 40;

    private static final String PROGRAM = """
        import dev.favilla.EngineContext;
        import dev.favilla.Ordering;
        import dev.favilla.Pair;
        import java.util.List;

        public final class Program {
            record Word(String text) {}

            public static void main(String[] arguments) {
                try (EngineContext engine = EngineContext.open("local[2]")) {
                    List<Pair<Word, Long>> top = engine.textFile(arguments[0])
                            .flatMap(line -> List.of(line.split(" ")))
                            .mapToPair(word -> Pair.of(new Word(word), 1L))
                            .reduceByKey(Long::sum)
                            .cache()
                            .top(2, Ordering.by(Pair::value));
                    System.out.println(top);
                }
            }
        }
        """;

    /** The jars and class folders that engine-core runs with. */
    private static List<Path> runtimeClassPath() {
        return Stream.of(
                        EngineContext.class,
                        JobScheduler.class,
                        Partitioner.class,
                        MemoryManager.class,
                        Kryo.class,
                        LZ4Factory.class,
                        EventExecutor.class, // common, buffer, resolver, transport, codec-base
                        ByteBuf.class,
                        AddressResolver.class,
                        Channel.class,
                        ByteToMessageDecoder.class,
                        Logger.class,
                        NullMarked.class)
                .map(EmbeddingTest::home)
                .distinct()
                .toList();
    }

    private static Path home(Class<?> type) {
        try {
            return Path.of(
                    type.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String joined(List<Path> entries) {
        return entries.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
    }

    /** Compiles a user's program against engine-core's own class path. */
    private static void compile(Path directory) throws IOException {
        Path source = Files.writeString(directory.resolve("Program.java"), PROGRAM);
        int exit = ToolProvider.getSystemJavaCompiler()
                .run(
                        null,
                        null,
                        null,
                        "-proc:none",
                        "-d",
                        directory.toString(),
                        "-cp",
                        joined(runtimeClassPath()),
                        source.toString());
        assertThat(exit).isZero();
    }

    @Test
    void aProgramWithNothingElseRunsAndPrintsOnlyWhatItPrintsItself(@TempDir Path directory) throws Exception {
        compile(directory);
        Path text = Files.writeString(directory.resolve("words.txt"), "whale sea whale\nship sea whale\n");
        List<Path> classPath =
                Stream.concat(Stream.of(directory), runtimeClassPath().stream()).toList();

        ForkedJvm.Result result = ForkedJvm.of("Program")
                .classPath(joined(classPath))
                .arguments(text.toString())
                .run(Duration.ofSeconds(60));

        assertThat(result)
                .isEqualTo(new ForkedJvm.Result(
                        0, "[(Word[text=whale],3), (Word[text=sea],2)]" + System.lineSeparator(), ""));
    }

    @Test
    void theRunTimeClassPathIsSmall() {
        long bytes = runtimeClassPath().stream().mapToLong(EmbeddingTest::size).sum();

        assertThat(bytes).isBetween(400_000L, CEILING_BYTES);
    }

    /** Returns how large a jar is, or about how large that of a class folder would be. */
    private static long size(Path entry) {
        try (Stream<Path> files = Files.walk(entry)) {
            return files.filter(Files::isRegularFile)
                    .filter(file ->
                            Files.isRegularFile(entry) || file.toString().endsWith(".class"))
                    .mapToLong(file -> file.equals(entry) ? file.toFile().length() : deflated(file))
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long deflated(Path file) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DeflaterOutputStream out = new DeflaterOutputStream(bytes)) {
            Files.copy(file, out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.size()
                + 2L * (HEADER_BYTES + file.toString().length()); // named twice, at its place and in the table
    }
}
