package dev.favilla.text;

import dev.favilla.text.record.CsvRecords;
import dev.favilla.text.record.MalformedValueException;
import dev.favilla.text.record.RecordSchema;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the rows of one file, the first of which names the columns. Fields are between commas; one that begins with a
 * quote ends with a quote, and has line ends, commas and doubled quotes in it. A line ends at {@code \n}, {@code \r\n} or
 * {@code \r}; one without anything is passed over, unless there is only one column.
 */
final class CsvReader implements SplitReader {

    private static final int END_OF_FILE = -1;
    private static final char BYTE_ORDER_MARK = '\uFEFF';

    private final String file;
    private final FileBytes bytes;
    private final Reader reader;
    private final InputLimits limits;
    private final RecordSchema schema;
    private final char[] buffer = new char[1 << 13];
    private int next;
    private int limit;

    /** The line of the character that is next, from 1. */
    private long line = 1;

    private boolean afterReturn;

    /** Made of the header. */
    private @Nullable CsvRecords records;

    private boolean oneColumn;

    CsvReader(String file, FileBytes bytes, InputLimits limits, RecordSchema schema) {
        this.file = file;
        this.bytes = bytes;
        this.limits = limits;
        this.schema = schema;
        this.reader = new InputStreamReader(
                bytes,
                StandardCharsets.UTF_8
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .onUnmappableCharacter(CodingErrorAction.REPORT));
    }

    @Override
    public Object next() throws IOException {
        long start = line;
        try {
            CsvRecords known = records;
            if (known == null) {
                if (peek() == BYTE_ORDER_MARK) {
                    next++;
                }
                List<@Nullable String> header = row();
                if (header == null) {
                    return END;
                }
                oneColumn = header.size() == 1;
                known = CsvRecords.of(schema, names(header));
                records = known;
                start = line;
            }
            List<@Nullable String> row = row();
            while (row != null && row.size() == 1 && row.get(0) == null && !oneColumn) {
                start = line;
                row = row();
            }
            return row == null ? END : known.read(row);
        } catch (MalformedValueException e) {
            throw new MalformedRecordException(file, start, e);
        } catch (CharacterCodingException e) {
            throw new MalformedRecordException(file, line, "other bytes, there or soon after", "UTF-8", e);
        }
    }

    private static List<String> names(List<@Nullable String> header) {
        List<String> names = new ArrayList<>();
        for (String name : header) {
            names.add(name == null ? "" : name);
        }
        return names;
    }

    /** Returns the fields of the next row, null for those that are empty and have no quotes; null at the end of the file. */
    private @Nullable List<@Nullable String> row() throws IOException, MalformedValueException {
        if (peek() == END_OF_FILE) {
            return null;
        }
        List<@Nullable String> fields = new ArrayList<>();
        StringBuilder field = new StringBuilder();
        long length = 0;
        int end;
        do {
            field.setLength(0);
            boolean quoted = peek() == '"';
            if (quoted) {
                quotedField(field, length);
            } else {
                plainField(field, length);
            }
            length += field.length() + 1L;
            fields.add(quoted || !field.isEmpty() ? field.toString() : null);
            end = take();
        } while (end == ',');
        if (end == '\r' && peek() == '\n') {
            take();
        }
        return fields;
    }

    private void plainField(StringBuilder field, long before) throws IOException, MalformedValueException {
        for (int c = peek(); c != ',' && c != '\n' && c != '\r' && c != END_OF_FILE; c = peek()) {
            if (c == '"') {
                throw new MalformedValueException(
                        "", field + "\"", "quotes around the whole field, and doubled inside of them", null);
            }
            append(field, before);
        }
    }

    private void quotedField(StringBuilder field, long before) throws IOException, MalformedValueException {
        take();
        while (true) {
            if (peek() == END_OF_FILE) {
                throw new MalformedValueException("", field.toString(), "a quote at the end of the field", null);
            }
            if (peek() == '"') {
                take();
                if (peek() != '"') {
                    break;
                }
            }
            append(field, before);
        }
        int c = peek();
        if (c != ',' && c != '\n' && c != '\r' && c != END_OF_FILE) {
            throw new MalformedValueException(
                    "", field + "\"" + (char) c, "a comma or the end of the line behind the quote", null);
        }
    }

    private void append(StringBuilder field, long before) throws IOException {
        field.append((char) take());
        limits.requireRecord("a row", before + field.length());
    }

    /** Returns the next character, which stays there. */
    private int peek() throws IOException {
        if (next == limit) {
            next = 0;
            limit = Math.max(0, reader.read(buffer, 0, buffer.length));
        }
        return limit == 0 ? END_OF_FILE : buffer[next];
    }

    private int take() throws IOException {
        int c = peek();
        if (c != END_OF_FILE) {
            next++;
            line += c == '\r' || (c == '\n' && !afterReturn) ? 1 : 0;
            afterReturn = c == '\r';
        }
        return c;
    }

    @Override
    public boolean hasTrailingGarbage() {
        return bytes.hasTrailingGarbage();
    }

    @Override
    public long takeBytesRead() {
        return bytes.takeBytesRead();
    }

    @Override
    public void close() throws IOException {
        bytes.close();
    }
}
