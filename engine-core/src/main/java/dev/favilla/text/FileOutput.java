package dev.favilla.text;

import dev.favilla.attempt.TaskScope;
import dev.favilla.io.FileCodec;
import dev.favilla.io.Sink;
import dev.favilla.io.SinkWriter;
import dev.favilla.lineage.CallSite;
import dev.favilla.value.ImmutableValue;
import java.io.IOException;
import java.io.OutputStream;
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
 * <p>One use: {@link #begin(String, PartFormat, FileCodec, CallSite)}, a job that writes to this, then {@link #commit} or
 * {@link #abort}.
 */
public final class FileOutput implements Sink<Object>, ImmutableValue {

    private static final long serialVersionUID = 1L;

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

    private final PartFormat format;
    private final FileCodec codec;
    private final CallSite callSite;

    private FileOutput(
            String path,
            Path target,
            Path staging,
            List<String> madeParents,
            PartFormat format,
            FileCodec codec,
            CallSite callSite) {
        this.path = path;
        this.format = format;
        this.codec = codec;
        this.target = target.toString();
        this.staging = staging.toString();
        this.madeParents = List.copyOf(madeParents);
        this.callSite = callSite;
    }

    /**
     * Creates the staging directory.
     *
     * @param format how records are written
     * @param codec how files are compressed
     * @throws OutputExistsException if the target is there already
     * @throws OutputException if the directory cannot be made
     */
    public static FileOutput begin(String path, PartFormat format, FileCodec codec, CallSite callSite) {
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
        return new FileOutput(path, target, staging, made, format, codec, callSite);
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

    /** Opens a writer for an attempt, as {@link #open(int, long)} would if it were told more. */
    public SinkWriter<Object> open(TaskScope scope) {
        return open(scope, format);
    }

    PartWriter open(TaskScope scope, PartFormat own) {
        return new PartWriter("attempt-" + scope.attemptId(), own, scope);
    }

    @Override
    public SinkWriter<Object> open(int partition, long attemptId) {
        throw new UnsupportedOperationException("part files are written for the scope of an attempt");
    }

    /** Gives the accepted files their final names and makes the directory visible. */
    @Override
    public void commit(List<String> receipts) {
        Path attempts = staging().resolve(ATTEMPTS);
        Path output = staging().resolve(OUTPUT);
        try {
            Files.createDirectory(output);
            for (int i = 0; i < receipts.size(); i++) {
                String part = String.format(Locale.ROOT, "part-%05d", i) + format.suffix() + codec.suffix();
                Files.move(attempts.resolve(receipts.get(i)), output.resolve(part));
            }
            Files.createFile(output.resolve("_SUCCESS"));
            makeVisible(output);
        } catch (IOException e) {
            throw failed(path, callSite, e);
        }
        deleteStaging();
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
     * Deletes the staging directory and what was made around it.
     *
     * @throws OutputException if something of it stays behind
     */
    @Override
    public void abort() {
        deleteStaging();
        deleteIfEmpty(madeParents);
    }

    private void deleteStaging() {
        for (int tries = 1; isThere(staging()); tries++) {
            try {
                Files.walkFileTree(staging(), new Deleting());
            } catch (IOException e) {
                if (!(e instanceof DirectoryNotEmptyException) || tries == MAX_TRIES) {
                    throw new OutputException(path, "Cannot delete '" + staging + "': " + e, e);
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

        /** An attempt that ends meanwhile deletes its file itself. */
        @Override
        public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
            if (failure instanceof NoSuchFileException) {
                return FileVisitResult.CONTINUE;
            }
            throw failure;
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

    /** Writes one file of the staging directory. */
    final class PartWriter implements SinkWriter<Object> {

        private final String name;
        private final Path file;
        private final OutputStream out;
        private final PartFormat.RecordWriter records;
        private long bytes;

        PartWriter(String name, PartFormat format, TaskScope scope) {
            this.name = name;
            this.file = staging().resolve(ATTEMPTS).resolve(name);
            OutputStream plain = null;
            try {
                plain = Files.newOutputStream(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                this.out = codec.compress(plain);
                this.records = format.open(out, scope);
            } catch (IOException | RuntimeException | Error e) {
                closeAfter(plain, e);
                throw e instanceof IOException io ? failed(path, callSite, io) : rethrown(e);
            }
        }

        private static RuntimeException rethrown(Throwable unchecked) {
            if (unchecked instanceof Error error) {
                throw error;
            }
            return (RuntimeException) unchecked;
        }

        private static void closeAfter(@Nullable OutputStream out, Throwable failure) {
            if (out != null) {
                try {
                    out.close();
                } catch (IOException e) {
                    failure.addSuppressed(e);
                }
            }
        }

        @Override
        public void write(Object record) {
            try {
                records.write(record);
            } catch (IOException e) {
                throw failed(path, callSite, e);
            }
        }

        @Override
        public String commit() {
            try {
                records.finish();
                out.close();
                bytes = Files.size(file);
            } catch (IOException e) {
                throw failed(path, callSite, e);
            }
            return name;
        }

        /** The file goes with the staging directory: a job that goes on has no use for it, one that has ended deletes it. */
        @Override
        public void abort() {
            try {
                out.close();
                Files.deleteIfExists(file);
            } catch (IOException e) {
                return; // its attempt has failed anyway, and whoever ends the job deletes all of the staging directory
            }
        }

        @Override
        public long bytesWritten() {
            return bytes;
        }
    }
}
