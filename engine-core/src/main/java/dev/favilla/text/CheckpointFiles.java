package dev.favilla.text;

import dev.favilla.lineage.Cursor;
import dev.favilla.lineage.Operator;
import dev.favilla.lineage.PreparedPartitioner;
import dev.favilla.lineage.Source;
import dev.favilla.lineage.TaskInputs;
import dev.favilla.rdd.CheckpointException;
import dev.favilla.serializer.Serializer;
import dev.favilla.shuffle.HashPartitioner;
import dev.favilla.shuffle.Partitioner;
import dev.favilla.shuffle.RangePartitioner;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of a checkpoint: a directory with an object file for each partition, {@code _SUCCESS}, and a file that says
 * how the records lie, if that is known. It is listed once; what is missing or has changed since is noticed by whoever
 * reads it.
 */
public final class CheckpointFiles implements Source, Serializable {

    private static final long serialVersionUID = 1L;

    private static final String PARTITIONER = "_partitioner";

    private final String directory;
    private final List<FileSplit> parts;
    private final ObjectFormat format;
    private final Warnings warnings = new Warnings();

    private CheckpointFiles(String directory, List<FileSplit> parts, ObjectFormat format) {
        this.directory = directory;
        this.parts = List.copyOf(parts);
        this.format = format;
    }

    /**
     * Returns what writes the partitions of a dataset to {@code output}, and makes one {@link Written} of each.
     *
     * @param site the user's call, for errors
     */
    public static Operator writer(FileOutput output, String site) {
        return new CheckpointOperator(output, site);
    }

    /**
     * Lists the files of a directory.
     *
     * @param classes that the records consist of, as for {@link ObjectFormat}
     * @throws CheckpointException if it is no complete checkpoint
     */
    public static CheckpointFiles in(String directory, List<Class<?>> classes, InputLimits limits) {
        try {
            Path path = PathText.of(directory).path();
            if (!Files.isDirectory(path)) {
                throw unusable(directory, "there is no such directory", null);
            }
            if (!Files.exists(path.resolve("_SUCCESS"))) {
                throw unusable(directory, "it has no file _SUCCESS, so it is no checkpoint, or not all of one", null);
            }
            return new CheckpointFiles(directory, parts(directory, path), new ObjectFormat(classes, limits));
        } catch (IOException e) {
            throw unusable(directory, e.toString(), e);
        } catch (BadPathException e) {
            throw unusable(directory, e.reason(), e);
        } catch (InvalidPathException e) {
            throw unusable(directory, "not a path: " + e.getReason(), e);
        }
    }

    private static List<FileSplit> parts(String directory, Path path) throws IOException {
        int count = 0;
        try (var files = Files.newDirectoryStream(path, "part-*")) {
            for (Path file : files) {
                count = Files.isRegularFile(file) ? count + 1 : count;
            }
        }
        List<FileSplit> parts = new ArrayList<>();
        for (int partition = 0; partition < count; partition++) {
            Path file = path.resolve(String.format(Locale.ROOT, "part-%05d", partition));
            if (!Files.isRegularFile(file)) {
                throw unusable(directory, "'" + file + "' is missing: it has " + count + " part files", null);
            }
            parts.add(split(file));
        }
        return parts;
    }

    private static FileSplit split(Path file) throws IOException {
        FileVersion version = FileVersion.of(file);
        return new FileSplit(file.toString(), 0, version.size(), false, version);
    }

    private static CheckpointException unusable(String directory, String reason, @Nullable Throwable cause) {
        return new CheckpointException(
                "Cannot read a checkpoint in '" + directory + "': " + reason
                        + ". Give the directory that getCheckpointFile() has told.",
                cause);
    }

    /** Returns how many partitions there are. */
    public int partitions() {
        return parts.size();
    }

    /** Returns the directory, as it was given. */
    public String directory() {
        return directory;
    }

    @Override
    public Cursor open(int partition, TaskInputs inputs) {
        return new FileCursor(List.of(parts.get(partition)), format, inputs.scope(), warnings);
    }

    /** Deletes the directory, as far as that can be done. */
    public void delete() {
        Path path = Path.of(directory);
        try (var files = Files.newDirectoryStream(path)) {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
            Files.deleteIfExists(path);
        } catch (IOException e) {
            logger().debug("'{}' stays behind", directory, e);
        }
    }

    /**
     * Writes how the records lie, for {@link #partitioner}. What cannot be written is left out: ranges that were sampled,
     * and what the serializer refuses.
     */
    public void writePartitioner(Partitioner partitioner, Serializer serializer) {
        if (partitioner instanceof PreparedPartitioner) {
            return;
        }
        Path file = Path.of(parts.isEmpty() ? directory : parts.get(0).file());
        Path target = (parts.isEmpty() ? file : file.resolveSibling("")).resolve(PARTITIONER);
        try {
            Path writing = Files.createTempFile(target.toAbsolutePath().getParent(), "." + PARTITIONER, "");
            try (OutputStream out =
                    new BufferedOutputStream(Files.newOutputStream(writing, StandardOpenOption.TRUNCATE_EXISTING))) {
                PartFormat.RecordWriter records = ObjectPartFormat.open(out, serializer);
                records.write(partitioner);
                records.finish();
            } catch (IOException | RuntimeException e) {
                Files.deleteIfExists(writing);
                throw e;
            }
            Files.move(writing, target);
        } catch (IOException | RuntimeException e) {
            logger().debug("{} is not written to '{}'", partitioner, directory, e);
        }
    }

    /** Returns how the records lie, if that was written and can be read. */
    public Optional<Partitioner> partitioner(List<Class<?>> classes, InputLimits limits, Serializer serializer) {
        List<Class<?>> known = new ArrayList<>(classes);
        known.add(HashPartitioner.class);
        known.add(RangePartitioner.class);
        try {
            Path file = PathText.of(directory).path().resolve(PARTITIONER);
            if (!Files.exists(file)) {
                return Optional.empty();
            }
            try (SplitReader reader = new ObjectFormat(known, limits).open(split(file), serializer)) {
                if (reader.next() instanceof Partitioner partitioner && partitioner.numPartitions() == parts.size()) {
                    return Optional.of(partitioner);
                }
            }
            logger().warn("'{}' says nothing of these partitions; where keys lie is not known", file);
        } catch (IOException | RuntimeException | BadPathException e) {
            logger().warn(
                            "The partitioner of the checkpoint in '{}' cannot be read; where keys lie is not known: {}",
                            directory,
                            e.toString());
        }
        return Optional.empty();
    }

    /** Asked for only when there is something to say: without a binding the first logger prints a banner. */
    private static Logger logger() {
        return LoggerFactory.getLogger(CheckpointFiles.class);
    }

    @Override
    public String toString() {
        return "checkpoint in '" + directory + "'";
    }

    /**
     * What is known of a partition that was written.
     *
     * @param file where it is, for {@link FileOutput#commit}
     * @param inputVersion of what was cached of it
     * @param classes what its records consist of
     */
    public record Written(String file, long inputVersion, List<Class<?>> classes) implements Serializable {

        public Written {
            classes = List.copyOf(classes);
        }
    }
}
