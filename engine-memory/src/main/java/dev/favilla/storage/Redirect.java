package dev.favilla.storage;

import java.io.IOException;
import java.io.OutputStream;

/** Writes to whatever is the target at the moment. Belongs to one thread. */
final class Redirect extends OutputStream {

    private OutputStream target;

    Redirect(OutputStream target) {
        this.target = target;
    }

    /** Has all that comes from now on written there. */
    void to(OutputStream next) {
        target = next;
    }

    /** Has all that comes from now on thrown away. */
    void toNowhere() {
        target = OutputStream.nullOutputStream();
    }

    @Override
    public void write(int b) throws IOException {
        target.write(b);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        target.write(bytes, offset, length);
    }
}
