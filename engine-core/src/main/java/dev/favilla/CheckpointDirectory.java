package dev.favilla;

import dev.favilla.lineage.CallSite;
import dev.favilla.rdd.CheckpointException;
import dev.favilla.rdd.CheckpointNode;
import dev.favilla.serializer.Serializer;
import dev.favilla.text.CheckpointFiles;
import dev.favilla.text.InputLimits;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Where the checkpoints of one context go, and how they are opened again. Used from any thread. */
final class CheckpointDirectory {

    private final AtomicReference<@Nullable String> current = new AtomicReference<>();
    private final boolean cleans;
    private final InputLimits limits;

    /** @param cleans whether files go with the dataset that they were written of */
    CheckpointDirectory(@Nullable String parent, boolean cleans, InputLimits limits) {
        this.cleans = cleans;
        this.limits = limits;
        if (parent != null) {
            set(parent);
        }
    }

    /** Has checkpoints go to a new directory in {@code parent}, which no other context writes to. */
    void set(String parent) {
        if (parent.isBlank()) {
            throw new IllegalArgumentException("directory must name a directory, got '" + parent + "'");
        }
        current.set(parent + (parent.endsWith("/") ? "" : "/") + UUID.randomUUID());
    }

    Optional<String> get() {
        return Optional.ofNullable(current.get());
    }

    /** @throws CheckpointException if there is none */
    String required() {
        return get().orElseThrow(() -> new CheckpointException("There is no directory for checkpoints. Name one with"
                + " EngineContext.setCheckpointDir or the setting " + Setting.CHECKPOINT_DIR.key()
                + ", or use localCheckpoint()."));
    }

    boolean cleans() {
        return cleans;
    }

    InputLimits limits() {
        return limits;
    }

    /** Opens what a checkpoint has written. */
    CheckpointNode open(String path, List<Class<?>> classes, Serializer serializer, int id, CallSite site) {
        List<Class<?>> known = new ArrayList<>(classes);
        known.add(Pair.class);
        CheckpointFiles files = CheckpointFiles.in(path, known, limits);
        return new CheckpointNode(
                id,
                site,
                files,
                files.partitions(),
                files.partitioner(known, limits, serializer).orElse(null));
    }
}
