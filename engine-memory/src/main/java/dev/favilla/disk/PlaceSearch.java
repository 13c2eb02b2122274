package dev.favilla.disk;

import dev.favilla.disk.ExecutorDirectory.Place;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Goes from one local directory to the next until one takes a file; each is asked once. Belongs to one thread. */
final class PlaceSearch {

    private final String name;
    private final long bytesWritten;
    private final Deque<ExecutorDirectory> left;
    private final Consumer<ExecutorDirectory> onFailure;
    private final List<String> tried = new ArrayList<>();
    private final List<String> reasons = new ArrayList<>();
    private @Nullable IOException first;

    /**
     * @param name that of the file
     * @param bytesWritten how much of it had been written somewhere before
     * @param directories in the order in which they are to be asked
     * @param onFailure told of each that failed
     */
    PlaceSearch(
            String name,
            long bytesWritten,
            Collection<ExecutorDirectory> directories,
            Consumer<ExecutorDirectory> onFailure) {
        this.name = name;
        this.bytesWritten = bytesWritten;
        this.left = new ArrayDeque<>(directories);
        this.onFailure = onFailure;
    }

    /**
     * Returns the next that takes the file.
     *
     * @throws LocalDiskException if none is left
     */
    Place next() {
        for (ExecutorDirectory next = left.poll(); next != null; next = left.poll()) {
            try {
                return next.create(name);
            } catch (IOException e) {
                failed(next, e);
            }
        }
        throw new LocalDiskException(
                "Cannot write " + name + ": no local directory takes it. "
                        + String.join("; ", reasons) + ". " + bytesWritten
                        + " bytes of it had been written. Make room there, or name directories with room in "
                        + DiskSettings.DIRECTORIES_KEY + ".",
                tried,
                bytesWritten,
                first);
    }

    /** Notes that a directory has failed. */
    void failed(ExecutorDirectory directory, IOException reason) {
        left.remove(directory);
        onFailure.accept(directory);
        tried.add(directory.toString());
        reasons.add(directory + " (" + directory.usable() + "): " + reason);
        if (first == null) {
            first = reason;
        } else if (first != reason) {
            first.addSuppressed(reason);
        }
    }
}
