package dev.favilla.spark;

import com.esotericsoftware.kryo.kryo5.Kryo;
import dev.favilla.EngineContext;
import dev.favilla.scheduler.JobScheduler;
import dev.favilla.serializer.Serializer;
import dev.favilla.shuffle.Partitioner;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.example.Report;
import org.jspecify.annotations.Nullable;

/** The part of the tests' class path that Spark does not bring: what users put into their one jar. */
final class OwnClasses {

    private OwnClasses() {}

    private static Set<Path> places() {
        Set<Path> places = new LinkedHashSet<>();
        for (Class<?> type : List.of(
                EngineContext.class,
                JobScheduler.class,
                Partitioner.class,
                Serializer.class,
                SparkProvider.class,
                Report.class,
                Kryo.class,
                Nullable.class)) {
            try {
                places.add(Path.of(
                        type.getProtectionDomain().getCodeSource().getLocation().toURI()));
            } catch (URISyntaxException e) {
                throw new IllegalStateException("where " + type + " comes from is no path", e);
            }
        }
        return places;
    }

    /** Returns the rest of the class path, which is Spark's. */
    static String classPathWithoutThem() {
        Set<Path> own = places();
        return Stream.of(LoopbackCluster.classPath().split(File.pathSeparator, -1))
                .filter(Predicate.not(place -> own.contains(Path.of(place).toAbsolutePath())))
                .collect(Collectors.joining(File.pathSeparator));
    }

    /** Writes them all into one jar. */
    static Path oneJar(Path jar) throws IOException {
        Set<String> written = new HashSet<>();
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
            for (Path place : places()) {
                if (Files.isDirectory(place)) {
                    copy(place, out, written);
                } else {
                    try (FileSystem zip = FileSystems.newFileSystem(place)) {
                        copy(zip.getPath("/"), out, written);
                    }
                }
            }
        }
        return jar;
    }

    private static void copy(Path root, JarOutputStream out, Set<String> written) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(root)) {
            files = all.filter(Files::isRegularFile).toList();
        }
        for (Path file : files) {
            String name = root.relativize(file).toString().replace(File.separatorChar, '/');
            if (!name.equals("META-INF/MANIFEST.MF") && written.add(name)) {
                out.putNextEntry(new JarEntry(name));
                Files.copy(file, out);
            }
        }
    }
}
