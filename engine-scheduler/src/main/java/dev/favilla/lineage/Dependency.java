package dev.favilla.lineage;

/** What a dataset needs of a parent. Narrow dependencies stay inside a stage, wide ones cut it. */
public sealed interface Dependency permits NarrowDependency, ShuffleDependency {

    /** Returns the dataset that is needed. */
    LineageNode parent();
}
