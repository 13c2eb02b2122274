package dev.favilla.rdd;

import dev.favilla.lineage.Cursor;
import dev.favilla.lineage.HoldsRecords;
import dev.favilla.lineage.TaskInputs;
import dev.favilla.serializer.SerializationException;
import dev.favilla.serializer.Serializer;
import dev.favilla.value.Immutability;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The elements of a collection, cut into slices. Which way they are kept, no task can change what another sees. */
interface Elements extends HoldsRecords {

    /** Returns the elements of a slice. */
    List<? extends @Nullable Object> slice(int index);

    /** Opens a slice for one attempt. */
    Cursor open(int slice, TaskInputs inputs);

    /**
     * Returns {@code elements} as they are if all of them are proven immutable, else copies as of now.
     *
     * @param operation where the user passed them
     * @throws IllegalArgumentException if one has to be copied and cannot be written
     */
    static Elements of(List<? extends @Nullable Object> elements, int slices, Serializer records, String operation) {
        SharedElements shared = new SharedElements(elements, slices, operation);
        if (areImmutable(elements)) {
            return shared;
        }
        try {
            return shared.pack(records).unpack(records);
        } catch (SerializationException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    private static boolean areImmutable(List<? extends @Nullable Object> elements) {
        Immutability.Checker checker = new Immutability.Checker();
        for (Object element : elements) {
            if (!checker.check(element) && !isBare(element)) {
                return false;
            }
        }
        return true;
    }

    /** Returns whether an element has nothing that could change, and nothing that could be written. */
    private static boolean isBare(@Nullable Object element) {
        return element != null && element.getClass() == Object.class;
    }
}
