package dev.favilla.lineage;

import java.io.Serializable;

/** What a dataset needs of a parent. Narrow dependencies stay inside a stage, wide ones cut it. */
public sealed interface Dependency extends Serializable permits NarrowDependency, ShuffleDependency {

    /** Returns the dataset that is needed. */
    LineageNode parent();
}
