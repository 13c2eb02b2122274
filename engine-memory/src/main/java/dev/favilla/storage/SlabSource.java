package dev.favilla.storage;

import java.nio.ByteBuffer;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** Where slabs of {@value #SLAB_BYTES} bytes come from, and go back to. May be used from any thread. */
interface SlabSource {

    int SLAB_BYTES = 64 << 10;

    /** On the heap, from where they need not go back. */
    SlabSource HEAP = new SlabSource() {

        @Override
        public ByteBuffer take() {
            return ByteBuffer.allocate(SLAB_BYTES);
        }

        @Override
        public void giveBack(Collection<ByteBuffer> slabs) {
            // the collector takes them
        }
    };

    /** Returns a slab, or null if there is no more. */
    @Nullable
    ByteBuffer take();

    /** Takes slabs back that nobody reads or writes any more. */
    void giveBack(Collection<ByteBuffer> slabs);
}
