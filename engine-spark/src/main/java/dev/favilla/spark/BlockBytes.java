package dev.favilla.spark;

import java.io.Serializable;

/** What travels under a {@link BlockKey}. */
sealed interface BlockBytes extends Serializable {

    /**
     * Comes before all blocks that a map partition has for a reducer.
     *
     * @param attemptId the attempt that wrote them
     * @param names an empty parcel with the names of the classes in them
     */
    record Head(long attemptId, Parcel names) implements BlockBytes {}

    /** A block. */
    final class Block implements BlockBytes {

        private static final long serialVersionUID = 1L;

        private final long records;
        private final byte[] frame;

        /** @param records how many records are in the frame */
        Block(long records, byte[] frame) {
            this.records = records;
            this.frame = frame;
        }

        long records() {
            return records;
        }

        byte[] frame() {
            return frame;
        }
    }
}
