package dev.favilla.text;

import dev.favilla.attempt.TaskScope;
import dev.favilla.text.record.CsvRecords;
import dev.favilla.text.record.JsonRecords;
import dev.favilla.text.record.RecordSchema;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/** Java records as rows of CSV or lines of JSON, in UTF-8; lines end with {@code \n}. The first one says which class. */
public enum RecordPartFormat implements PartFormat {

    /** RFC 4180, with a header in each file that has records. */
    CSV(".csv") {
        @Override
        RecordSchema schemaOf(Class<?> type) {
            return RecordSchema.flat(type);
        }

        @Override
        void begin(RecordSchema schema, BufferedWriter out) throws IOException {
            out.write(CsvRecords.header(schema));
            out.write('\n');
        }

        @Override
        String text(RecordSchema schema, Object record) {
            return CsvRecords.row(schema, record);
        }
    },

    /** An object on each line. */
    JSON_LINES(".jsonl") {
        @Override
        RecordSchema schemaOf(Class<?> type) {
            return RecordSchema.nested(type);
        }

        @Override
        void begin(RecordSchema schema, BufferedWriter out) {
            // without a header
        }

        @Override
        String text(RecordSchema schema, Object record) {
            return JsonRecords.write(schema, record);
        }
    };

    private final String suffix;

    RecordPartFormat(String suffix) {
        this.suffix = suffix;
    }

    abstract RecordSchema schemaOf(Class<?> type);

    abstract void begin(RecordSchema schema, BufferedWriter out) throws IOException;

    abstract String text(RecordSchema schema, Object record);

    @Override
    public String suffix() {
        return suffix;
    }

    @Override
    public RecordWriter open(OutputStream out, TaskScope scope) {
        return new Records(this, TextPartFormat.strictUtf8(out));
    }

    private static final class Records implements RecordWriter {

        private final RecordPartFormat format;
        private final BufferedWriter out;
        private @Nullable RecordSchema schema;

        Records(RecordPartFormat format, BufferedWriter out) {
            this.format = format;
            this.out = out;
        }

        @Override
        public void write(@Nullable Object record) throws IOException {
            if (record == null) {
                throw new NullPointerException(
                        "these files cannot hold null records; filter them out or map them to a record");
            }
            String text = format.text(schemaFor(record), record);
            out.write(text);
            out.write('\n');
        }

        private RecordSchema schemaFor(Object record) throws IOException {
            RecordSchema known = schema;
            if (known == null) {
                known = format.schemaOf(record.getClass());
                format.begin(known, out);
                schema = known;
            } else if (known.type() != record.getClass()) {
                throw new IllegalArgumentException(
                        "records must be of one class, got " + record.getClass().getName() + " after "
                                + known.type().getName() + ". Map to one record class.");
            }
            return known;
        }

        @Override
        public void finish() throws IOException {
            out.flush();
        }
    }
}
