package dev.favilla.rdd.pipe;

import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.UserCode;
import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** Records as the lines that a process reads. Computes them when asked, on the thread that asks. */
final class InputLines {

    private static final int CHUNK_BYTES = 1 << 14;

    private final LineageNode dataset;
    private final Iterator<@Nullable Object> records;
    private final Charset charset;

    /** @param dataset whose process reads {@code records} */
    InputLines(LineageNode dataset, Iterator<@Nullable Object> records, Charset charset) {
        this.dataset = dataset;
        this.records = records;
        this.charset = charset;
    }

    /** Returns the next lines, about {@value #CHUNK_BYTES} bytes of them; nothing at the end. */
    byte[] next() {
        ByteArrayOutputStream chunk = new ByteArrayOutputStream(CHUNK_BYTES);
        while (chunk.size() < CHUNK_BYTES && records.hasNext()) {
            chunk.writeBytes(line(records.next()));
        }
        return chunk.toByteArray();
    }

    private byte[] line(@Nullable Object record) {
        try {
            return (record + "\n").getBytes(charset);
        } catch (RuntimeException | Error e) {
            throw UserCode.failure(dataset, record, e);
        }
    }
}
