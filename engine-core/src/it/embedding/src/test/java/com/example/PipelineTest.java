package com.example;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.favilla.EngineContext;
import dev.favilla.Pair;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class PipelineTest {

    @Test
    void aPipelineRunsSilentlyAndListensNowhere() throws IOException {
        PrintStream console = System.err;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        Set<String> socketsBefore = sockets();
        System.setErr(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try (EngineContext engine = EngineContext.local()) {
            Map<String, Long> counts = engine.parallelize(List.of("to be", "or not", "to be"))
                    .flatMap(line -> List.of(line.split(" ")))
                    .mapToPair(word -> Pair.of(word, 1L))
                    .reduceByKey(Long::sum)
                    .collectAsMap();

            assertEquals(Map.of("to", 2L, "be", 2L, "or", 1L, "not", 1L), counts);
            assertEquals(socketsBefore, sockets());
        } finally {
            System.setErr(console);
        }
        assertEquals("", printed.toString(StandardCharsets.UTF_8));
    }

    /** The sockets this process holds, where the system tells; empty elsewhere. */
    private static Set<String> sockets() throws IOException {
        Path descriptors = Path.of("/proc/self/fd");
        if (!Files.isDirectory(descriptors)) {
            return Set.of();
        }
        Set<String> sockets = new TreeSet<>();
        try (DirectoryStream<Path> open = Files.newDirectoryStream(descriptors)) {
            for (Path descriptor : open) {
                if (Files.isSymbolicLink(descriptor)) {
                    sockets.add(Files.readSymbolicLink(descriptor).toString());
                }
            }
        }
        sockets.removeIf(target -> !target.startsWith("socket:"));
        return sockets;
    }
}
