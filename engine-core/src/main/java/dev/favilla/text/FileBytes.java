package dev.favilla.text;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;

/** The bytes of a file from the start of a split on, decompressed if they were compressed, and counted. */
final class FileBytes extends InputStream {

    private final InputStream in;
    private long bytesRead;

    private FileBytes(InputStream in) {
        this.in = in;
    }

    static FileBytes open(FileSplit split, InputLimits limits) throws IOException {
        InputStream file = Files.newInputStream(split.path());
        try {
            split.requireUnchanged(); // after it was opened: whatever comes later is seen at the end
            file.skipNBytes(split.start());
            return new FileBytes(split.gzip() ? new GzipInput(file, limits) : file);
        } catch (IOException | RuntimeException | Error e) {
            file.close();
            throw e;
        }
    }

    /** Returns whether the file goes on with something that is not gzip, after what was read. */
    boolean hasTrailingGarbage() {
        return in instanceof GzipInput gzip && gzip.hasTrailingGarbage();
    }

    /** Returns the bytes read since the last call. */
    long takeBytesRead() {
        long taken = bytesRead;
        bytesRead = 0;
        return taken;
    }

    @Override
    public int read() throws IOException {
        int read = in.read();
        bytesRead += read < 0 ? 0 : 1;
        return read;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        int count = in.read(target, offset, length);
        bytesRead += Math.max(0, count);
        return count;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
