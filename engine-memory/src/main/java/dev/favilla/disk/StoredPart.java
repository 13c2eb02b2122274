package dev.favilla.disk;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/** A stretch of a file. Belongs to one thread. */
final class StoredPart extends InputStream {

    private final StoredFile stored;
    private final FileLayer.OpenFile file;
    private long position;
    private long left;

    StoredPart(StoredFile stored, FileLayer.OpenFile file, long position, long length) {
        this.stored = stored;
        this.file = file;
        this.position = position;
        this.left = length;
    }

    @Override
    public int read() {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        if (length == 0) {
            return 0;
        }
        if (left == 0) {
            return -1;
        }
        int read = readUpTo((int) Math.min(length, left), bytes, offset);
        position += read;
        left -= read;
        return read;
    }

    private int readUpTo(int length, byte[] bytes, int offset) {
        try {
            int read = file.read(position, bytes, offset, length);
            if (read <= 0) {
                throw stored.cutShort(position);
            }
            return read;
        } catch (IOException e) {
            throw stored.cannotRead(e);
        }
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw stored.cannotRead(e);
        }
    }
}
