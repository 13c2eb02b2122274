package dev.favilla.disk;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Deletes the directories of executors: one's own at the end, and what JVMs of the same user left that were killed. */
final class Leftovers {

    static final String PREFIX = "favilla-";
    static final int NAME_BYTES = 16;

    private static final Pattern NAME = Pattern.compile(PREFIX + "[0-9a-f]{" + 2 * NAME_BYTES + "}");

    private Leftovers() {}

    /** Deletes what is left beside {@code own}. Whatever cannot be deleted stays. */
    static void sweepBeside(Path own) {
        Path parent = own.getParent();
        try {
            UserPrincipal me = Files.getOwner(own, LinkOption.NOFOLLOW_LINKS);
            for (Path each : found(parent)) {
                if (!each.equals(own)) {
                    sweep(each, me);
                }
            }
        } catch (IOException | DirectoryIteratorException | UnsupportedOperationException | SecurityException e) {
            // nobody is worse off than before, and files can be written all the same
        }
    }

    private static List<Path> found(@Nullable Path parent) throws IOException {
        List<Path> found = new ArrayList<>();
        if (parent != null) {
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(parent, PREFIX + "*")) {
                entries.forEach(found::add);
            }
        }
        return found;
    }

    private static void sweep(Path candidate, UserPrincipal me) {
        try {
            if (NAME.matcher(String.valueOf(candidate.getFileName())).matches()
                    && Files.isDirectory(candidate, LinkOption.NOFOLLOW_LINKS)
                    && me.equals(Files.getOwner(candidate, LinkOption.NOFOLLOW_LINKS))) {
                sweep(candidate);
            }
        } catch (IOException | DirectoryIteratorException | SecurityException e) {
            // somebody else sweeps the same, or it cannot be deleted: the next may try again
        }
    }

    private static void sweep(Path directory) throws IOException {
        Optional<Path> lockFile = lockIn(directory);
        if (lockFile.isEmpty()) {
            Files.deleteIfExists(directory); // fails unless it is empty; who is about to lock it will make another
            return;
        }
        Optional<DirectoryLock> taken = DirectoryLock.takeOver(lockFile.get());
        if (taken.isPresent()) {
            delete(directory, taken.get(), FileLayer.system());
        }
    }

    private static Optional<Path> lockIn(Path directory) throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, DirectoryLock::isLock)) {
            for (Path each : entries) {
                return Optional.of(each);
            }
        }
        return Optional.empty();
    }

    /**
     * Deletes a directory with all that is in it, its lock last, so that nobody takes it for a live one without a lock.
     * What cannot be deleted stays, and does not keep the rest.
     *
     * @throws IOException the first failure
     */
    static void delete(Path directory, @Nullable DirectoryLock lock, FileLayer files) throws IOException {
        Deletion deletion = new Deletion(directory, lock, files);
        try {
            Files.walkFileTree(directory, deletion); // follows no links
        } finally {
            if (lock != null) {
                deletion.delete(lock.file()); // still locked, where that is possible
                lock.close();
            }
        }
        if (lock != null) {
            deletion.forget(lock.file());
            deletion.delete(lock.file());
        }
        deletion.delete(directory);
        deletion.check();
    }

    private static final class Deletion extends SimpleFileVisitor<Path> {

        private final Path root;
        private final @Nullable DirectoryLock lock;
        private final FileLayer files;
        private @Nullable IOException first;
        private @Nullable Path failed;

        Deletion(Path root, @Nullable DirectoryLock lock, FileLayer files) {
            this.root = root;
            this.lock = lock;
            this.files = files;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (lock == null || !file.equals(lock.file())) {
                delete(file);
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException error) {
            return FileVisitResult.CONTINUE; // it is gone, or deleting its directory will tell
        }

        @Override
        public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException error) {
            if (!directory.equals(root)) {
                delete(directory);
            }
            return FileVisitResult.CONTINUE;
        }

        void delete(Path path) {
            try {
                files.delete(path);
            } catch (IOException e) {
                if (first == null) {
                    first = e;
                    failed = path;
                }
            }
        }

        /** Some systems delete a locked file only when it is locked no more. */
        void forget(Path path) {
            if (path.equals(failed)) {
                first = null;
                failed = null;
            }
        }

        void check() throws IOException {
            if (first != null) {
                throw first;
            }
        }
    }
}
