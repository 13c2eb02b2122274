package dev.favilla.rdd;

import dev.favilla.lineage.Cursor;
import dev.favilla.lineage.TaskInputs;

/** The elements of a collection, cut into slices. */
interface Elements {

    /** Opens a slice for one attempt. */
    Cursor open(int slice, TaskInputs inputs);
}
