package dev.favilla.text;

import dev.favilla.attempt.TaskScope;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The {@code toString} of each record as a line of UTF-8. */
public final class TextPartFormat implements PartFormat {

    private static final long serialVersionUID = 1L;

    @Override
    public RecordWriter open(OutputStream out, TaskScope scope) {
        return new Lines(strictUtf8(out));
    }

    /** Returns a writer that refuses what is no text, rather than write something else. */
    static BufferedWriter strictUtf8(OutputStream out) {
        return new BufferedWriter(new OutputStreamWriter(
                out,
                StandardCharsets.UTF_8
                        .newEncoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .onUnmappableCharacter(CodingErrorAction.REPORT)));
    }

    private record Lines(BufferedWriter writer) implements RecordWriter {

        @Override
        public void write(@Nullable Object record) throws IOException {
            writer.write(text(record));
            writer.write('\n');
        }

        private static String text(@Nullable Object record) {
            if (record == null) {
                throw new NullPointerException(
                        "text files cannot hold null records; filter them out or map them to a text");
            }
            String text = record.toString();
            if (text == null) {
                throw new NullPointerException(
                        "toString of " + record.getClass().getName() + " returned null");
            }
            return text;
        }

        @Override
        public void finish() throws IOException {
            writer.flush();
        }
    }
}
