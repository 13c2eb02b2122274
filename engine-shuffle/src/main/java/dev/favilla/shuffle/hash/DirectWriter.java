package dev.favilla.shuffle.hash;

import org.jspecify.annotations.Nullable;

/** Sends every record as it comes. */
final class DirectWriter implements MapSideWriter {

    private final Router router;
    private final OutputBuffer buffer;

    DirectWriter(Router router, OutputBuffer buffer) {
        this.router = router;
        this.buffer = buffer;
    }

    @Override
    public void write(@Nullable Object key, @Nullable Object value) {
        buffer.add(router.reducer(key, router.hash(key)), key, value);
    }

    @Override
    public void end() {
        // nothing was held back
    }

    @Override
    public void close() {
        // nothing is held
    }
}
