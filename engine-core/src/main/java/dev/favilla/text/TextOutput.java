package dev.favilla.text;

import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.Cursor;
import dev.favilla.lineage.Sink;
import dev.favilla.memory.Metric;
import dev.favilla.memory.TaskMetrics;
import dev.favilla.scheduler.Action;
import dev.favilla.scheduler.TaskContext;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Writes a directory of part files that is complete or absent: attempts write files of their own in a staging directory
 * beside the target; when the job has succeeded the accepted ones get their final names and the directory is renamed.
 *
 * <p>One use: {@link #begin}, a job with this as its action, then always {@link #close}.
 */
public final class TextOutput implements Action, AutoCloseable {

    private static final int STEP = 4096;

    /** Each try that finds a new file was overtaken by one attempt that had not noticed the job's end. */
    private static final int MAX_DELETE_TRIES = 64;

    private final String path;

    /** These two as text: a {@link Path} cannot travel to other executors. */
    private final String target;

    private final String staging;
    private final CallSite callSite;

    private TextOutput(String path, Path target, Path staging, CallSite callSite) {
        this.path = path;
        this.target = target.toString();
        this.staging = staging.toString();
        this.callSite = callSite;
    }

    /**
     * Creates the staging directory.
     *
     * @throws OutputExistsException if the target is there already
     * @throws OutputException if the directory cannot be made
     */
    public static TextOutput begin(String path, CallSite callSite) {
        if (path.isBlank()) {
            throw new IllegalArgumentException("path must name a new directory, got '" + path + "'");
        }
        Path target = Path.of(path).toAbsolutePath();
        if (Files.exists(target)) {
            throw new OutputExistsException(path, callSite);
        }
        Path parent = target.getParent();
        if (parent == null) {
            throw new OutputExistsException(path, callSite);
        }
        Path staging = parent.resolve("." + target.getFileName() + "." + UUID.randomUUID() + ".staging");
        try {
            Files.createDirectories(parent);
            Files.createDirectory(staging);
        } catch (IOException e) {
            throw new OutputException(path, "Cannot write to '" + path + "' (" + callSite + "): " + e, e);
        }
        return new TextOutput(path, target, staging, callSite);
    }

    private Path staging() {
        return Path.of(staging);
    }

    @Override
    public String name() {
        return "saveAsTextFile";
    }

    /** Writes one partition and returns the name of the file. */
    @Override
    public String run(Cursor input, TaskContext context) throws Exception {
        String name = "attempt-" + context.attemptId();
        Path file = staging().resolve(name);
        LineSink sink = new LineSink(file, callSite);
        try (sink) {
            boolean more = true;
            while (more) {
                more = input.drive(sink, STEP);
            }
        }
        TaskMetrics metrics = context.scope().metrics();
        metrics.add(Metric.RECORDS_WRITTEN, sink.records);
        metrics.add(Metric.BYTES_WRITTEN, Files.size(file));
        return name;
    }

    /** Gives the accepted files their final names and makes the directory visible. */
    @Override
    public @Nullable Object merge(List<@Nullable Object> staged) throws IOException {
        try {
            for (int i = 0; i < staged.size(); i++) {
                Files.move(staging().resolve((String) staged.get(i)), staging().resolve(String.format("part-%05d", i)));
            }
            deleteUnacceptedAttempts();
            Files.createFile(staging().resolve("_SUCCESS"));
            if (Files.exists(Path.of(target))) { // made by somebody else while the job ran
                throw new OutputExistsException(path, callSite);
            }
            Files.move(staging(), Path.of(target), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new OutputException(path, "Cannot write to '" + path + "' (" + callSite + "): " + e, e);
        }
        return null;
    }

    private void deleteUnacceptedAttempts() throws IOException {
        try (var attempts = Files.newDirectoryStream(staging(), "attempt-*")) {
            for (Path attempt : attempts) {
                Files.deleteIfExists(attempt);
            }
        }
    }

    /**
     * Deletes the staging directory, if the job did not make it the target.
     *
     * @throws OutputException if something of it stays behind
     */
    @Override
    public void close() {
        for (int tries = 1; Files.exists(staging(), LinkOption.NOFOLLOW_LINKS); tries++) {
            try {
                Files.walkFileTree(staging(), new Deleting());
            } catch (IOException e) {
                if (!(e instanceof DirectoryNotEmptyException) || tries == MAX_DELETE_TRIES) {
                    throw new OutputException(path, "Cannot delete '" + staging + "' after a failed write: " + e, e);
                }
            }
        }
    }

    private static final class Deleting extends SimpleFileVisitor<Path> {

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure) throws IOException {
            if (failure != null) {
                throw failure;
            }
            Files.delete(directory);
            return FileVisitResult.CONTINUE;
        }
    }

    private static final class LineSink extends Sink implements AutoCloseable {

        private final BufferedWriter writer;
        private final CallSite callSite;
        private long records;

        LineSink(Path file, CallSite callSite) throws IOException {
            this.writer = Files.newBufferedWriter(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            this.callSite = callSite;
        }

        @Override
        public boolean push(@Nullable Object record) throws IOException {
            if (record == null) {
                throw new NullPointerException("text files cannot hold null records (" + callSite
                        + "); filter them out or map them to a text");
            }
            writer.write(record.toString());
            writer.write('\n');
            records++;
            return true;
        }

        @Override
        public void close() throws IOException {
            writer.close();
        }
    }
}
