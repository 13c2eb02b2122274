package dev.favilla.io;

import java.io.IOException;
import java.io.OutputStream;
import java.util.zip.GZIPOutputStream;

/** How part files are compressed. The names of compressed ones end with {@link #suffix}, by which readers know. */
public enum FileCodec {

    /** Bytes as they are. */
    NONE(""),

    /** One member of gzip for each file: {@code part-00000.gz}. */
    GZIP(".gz");

    private static final int BUFFER_BYTES = 1 << 13;

    private final String suffix;

    FileCodec(String suffix) {
        this.suffix = suffix;
    }

    /** Returns what names of files end with; empty if there is nothing to tell. */
    public String suffix() {
        return suffix;
    }

    /** Returns a stream that compresses into {@code out}, and closes it when it is closed. */
    public OutputStream compress(OutputStream out) throws IOException {
        return this == NONE ? out : new GZIPOutputStream(out, BUFFER_BYTES);
    }
}
