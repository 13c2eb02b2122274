package dev.favilla.text;

import dev.favilla.attempt.Metric;
import dev.favilla.attempt.TaskMetrics;
import dev.favilla.attempt.TaskScope;
import dev.favilla.lineage.Action;
import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.Cursor;
import dev.favilla.lineage.Sink;
import dev.favilla.lineage.UserCode;
import dev.favilla.lineage.UserCodeException;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Writes a directory of part files that is complete or absent: attempts write files of their own in a staging directory
 * beside the target; when the job has succeeded the accepted ones are moved, under their final names, to a directory that
 * no attempt writes to, which then becomes the target.
 *
 * <p>One use: {@link #begin}, a job with this as its action, then always {@link #close}.
 */
public final class TextOutput implements Action, AutoCloseable {

    // What is in the staging directory.
    private static final String ATTEMPTS = "attempts";
    private static final String OUTPUT = "output";

    /** Each try was overtaken by something else: an attempt that had not noticed the job's end, or another output. */
    private static final int MAX_TRIES = 64;

    private final String path;

    /** These as text: a {@link Path} cannot travel to other executors. */
    private final String target;

    private final String staging;

    /** The parents of the target that were not there before, the outermost first. */
    private final List<String> madeParents;

    private final CallSite callSite;

    private TextOutput(String path, Path target, Path staging, List<String> madeParents, CallSite callSite) {
        this.path = path;
        this.target = target.toString();
        this.staging = staging.toString();
        this.madeParents = List.copyOf(madeParents);
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
        Path target = target(path, callSite);
        Path parent = target.getParent();
        if (parent == null || isThere(target)) {
            throw new OutputExistsException(path, callSite);
        }
        Path staging = parent.resolve("." + UUID.randomUUID() + ".staging");
        List<String> made = new ArrayList<>();
        try {
            makeStaging(staging, made);
        } catch (IOException e) {
            deleteIfEmpty(made);
            throw failed(path, callSite, e);
        }
        return new TextOutput(path, target, staging, made, callSite);
    }

    private static Path target(String path, CallSite callSite) {
        String reason;
        try {
            return PathText.of(path).path().toAbsolutePath();
        } catch (BadPathException e) {
            reason = e.reason();
        } catch (InvalidPathException e) {
            reason = "not a path: " + e.getReason();
        }
        throw new OutputException(path, "Cannot write to '" + path + "' (" + callSite + "): " + reason + ".", null);
    }

    /** Links that lead nowhere are there, too. */
    private static boolean isThere(Path path) {
        return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
    }

    private static void makeStaging(Path staging, List<String> made) throws IOException {
        for (int tries = 1; true; tries++) {
            try {
                makeDirectory(staging.getParent(), made);
                Files.createDirectory(staging);
                Files.createDirectory(staging.resolve(ATTEMPTS));
                return;
            } catch (NoSuchFileException e) { // another output that failed took a parent away that it had made
                if (tries == MAX_TRIES) {
                    throw e;
                }
            }
        }
    }

    private static void makeDirectory(@Nullable Path directory, List<String> made) throws IOException {
        if (directory == null || Files.isDirectory(directory)) {
            return;
        }
        makeDirectory(directory.getParent(), made);
        try {
            Files.createDirectory(directory);
            made.add(directory.toString());
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(directory)) {
                throw new NotDirectoryException(directory.toString());
            }
        }
    }

    /** Deletes directories that were made for an output that is not to be, unless others use them by now. */
    private static void deleteIfEmpty(List<String> directories) {
        for (int i = directories.size() - 1; i >= 0; i--) {
            try {
                Files.deleteIfExists(Path.of(directories.get(i)));
            } catch (IOException e) {
                return; // not empty: somebody else's now, and so are those around it
            }
        }
    }

    private static OutputException failed(String path, CallSite callSite, IOException cause) {
        String what = cause instanceof NotDirectoryException file
                ? "'" + file.getFile() + "' is a file, not a directory."
                : cause instanceof CharacterCodingException
                        ? "a record's text has half of a surrogate pair, which is no character in UTF-8."
                        : cause.toString();
        return new OutputException(path, "Cannot write to '" + path + "' (" + callSite + "): " + what, cause);
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
    public String run(Cursor input, TaskScope scope) throws Exception {
        String name = "attempt-" + scope.attemptId();
        Path file = staging().resolve(ATTEMPTS).resolve(name);
        long records = write(input, file);
        TaskMetrics metrics = scope.metrics();
        metrics.add(Metric.RECORDS_WRITTEN, records);
        metrics.add(Metric.BYTES_WRITTEN, Files.size(file));
        return name;
    }

    private long write(Cursor input, Path file) throws Exception {
        try (BufferedWriter writer = open(file)) {
            LineSink sink = new LineSink(this, writer);
            input.drain(sink);
            flush(writer);
            return sink.records;
        }
    }

    private BufferedWriter open(Path file) {
        try {
            return Files.newBufferedWriter(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw failed(path, callSite, e);
        }
    }

    private void flush(BufferedWriter writer) {
        try {
            writer.flush();
        } catch (IOException e) {
            throw failed(path, callSite, e);
        }
    }

    /** Gives the accepted files their final names and makes the directory visible. */
    @Override
    public @Nullable Object merge(List<@Nullable Object> staged) throws IOException {
        Path attempts = staging().resolve(ATTEMPTS);
        Path output = staging().resolve(OUTPUT);
        try {
            Files.createDirectory(output);
            for (int i = 0; i < staged.size(); i++) {
                Path part = output.resolve(String.format(Locale.ROOT, "part-%05d", i));
                Files.move(attempts.resolve((String) staged.get(i)), part);
            }
            Files.createFile(output.resolve("_SUCCESS"));
            makeVisible(output);
        } catch (IOException e) {
            throw failed(path, callSite, e);
        }
        return null;
    }

    private void makeVisible(Path output) throws IOException {
        Path visible = Path.of(target);
        if (isThere(visible)) { // made by somebody else while the job ran
            throw new OutputExistsException(path, callSite);
        }
        try {
            Files.move(output, visible, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileSystemException e) {
            if (isThere(visible)) { // made just now
                throw new OutputExistsException(path, callSite);
            }
            throw e;
        }
    }

    /**
     * Deletes the staging directory and, if the job has not made the target, what was made around it.
     *
     * @throws OutputException if something of it stays behind
     */
    @Override
    public void close() {
        for (int tries = 1; isThere(staging()); tries++) {
            try {
                Files.walkFileTree(staging(), new Deleting());
            } catch (IOException e) {
                if (!(e instanceof DirectoryNotEmptyException) || tries == MAX_TRIES) {
                    throw new OutputException(path, "Cannot delete '" + staging + "': " + e, e);
                }
            }
        }
        deleteIfEmpty(madeParents);
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

    private static final class LineSink extends Sink {

        private final TextOutput output;
        private final BufferedWriter writer;
        private long records;

        LineSink(TextOutput output, BufferedWriter writer) {
            this.output = output;
            this.writer = writer;
        }

        @Override
        public boolean push(@Nullable Object record) {
            String line = text(record);
            try {
                writer.write(line);
                writer.write('\n');
            } catch (IOException e) {
                throw failed(output.path, output.callSite, e);
            }
            records++;
            return true;
        }

        private String text(@Nullable Object record) {
            if (record == null) {
                throw new NullPointerException("text files cannot hold null records (" + output.callSite
                        + "); filter them out or map them to a text");
            }
            String text;
            try {
                text = record.toString();
            } catch (RuntimeException | Error e) {
                throw UserCode.failure(output.callSite.toString(), UserCodeException.preview(record), e);
            }
            if (text == null) {
                String type = record.getClass().getName();
                NullPointerException error = new NullPointerException("toString of " + type + " returned null");
                throw UserCode.failure(output.callSite.toString(), "(a " + type + ")", error);
            }
            return text;
        }
    }
}
