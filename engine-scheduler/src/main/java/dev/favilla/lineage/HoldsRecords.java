package dev.favilla.lineage;

import dev.favilla.serializer.Serializer;
import java.io.Serializable;

/**
 * A part of a dataset or an action that consists of the user's records, which need not be {@link java.io.Serializable}.
 * The stream that writes the lineage puts {@link #pack} in its place, and the stream that reads it
 * {@link Packed#unpack}; so records travel by the context's serializer, as everywhere else.
 */
public interface HoldsRecords {

    /**
     * Returns the records as bytes, as they are now.
     *
     * @throws dev.favilla.serializer.SerializationException if one cannot be written
     */
    Packed pack(Serializer records);

    /** Records as bytes. Immutable. */
    interface Packed extends Serializable {

        /** Returns how many bytes there are. */
        long size();

        /** Returns what stands in a copy of the lineage where the records stood. Called once for each copy. */
        Object unpack(Serializer records);
    }
}
