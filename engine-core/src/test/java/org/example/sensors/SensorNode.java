package org.example.sensors;

import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.Dependency;
import dev.favilla.lineage.LineageNode;
import dev.favilla.shuffle.Partitioner;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the nodes of this module share. */
abstract class SensorNode implements LineageNode {

    private static final long serialVersionUID = 1L;

    private final int id;
    private final CallSite callSite;
    private final List<Dependency> dependencies;

    SensorNode(int id, CallSite callSite, List<Dependency> dependencies) {
        this.id = id;
        this.callSite = callSite;
        this.dependencies = dependencies;
    }

    @Override
    public final int id() {
        return id;
    }

    @Override
    public final CallSite callSite() {
        return callSite;
    }

    @Override
    public final List<Dependency> dependencies() {
        return dependencies;
    }

    @Override
    public final Optional<Partitioner> partitioner() {
        return Optional.empty();
    }

    @Override
    public final boolean equals(@Nullable Object o) {
        return o instanceof LineageNode other && id == other.id();
    }

    @Override
    public final int hashCode() {
        return id;
    }

    @Override
    public final String toString() {
        return kind() + "[" + id + "] at " + callSite;
    }
}
