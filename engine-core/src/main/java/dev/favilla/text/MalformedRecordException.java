package dev.favilla.text;

import dev.favilla.text.record.MalformedValueException;
import org.jspecify.annotations.Nullable;

/** A row of CSV or a line of JSON is not what its record needs. */
public final class MalformedRecordException extends InputException {

    private static final long serialVersionUID = 1L;

    private final long line;
    private final String field;
    private final String value;
    private final String expected;

    /** @param line where in the file, from 1 */
    MalformedRecordException(String path, long line, MalformedValueException found) {
        super(
                path,
                message(path, line, found.field(), found.expected(), found.value()),
                found.getCause() == null ? found : found.getCause());
        this.line = line;
        this.field = found.field();
        this.value = found.value();
        this.expected = found.expected();
    }

    /** For what is no text at all. */
    MalformedRecordException(String path, long line, String value, String expected, @Nullable Throwable cause) {
        super(path, message(path, line, "", expected, value), cause);
        this.line = line;
        this.field = "";
        this.value = value;
        this.expected = expected;
    }

    private static String message(String path, long line, String field, String expected, String value) {
        return "Cannot read '" + path + "' line " + line + (field.isEmpty() ? "" : ", field '" + field + "'")
                + ": expected " + expected + ", got " + value
                + ". Correct the file, change the record class, or read lines with textFile and decide there.";
    }

    /** Returns the line of the file, from 1; of a row that goes over several, the first. */
    public long line() {
        return line;
    }

    /** Returns the field, with the names of those around it; empty where the whole record is meant. */
    public String field() {
        return field;
    }

    /** Returns a short form of what was found. */
    public String value() {
        return value;
    }

    /** Returns what should have been there, in words. */
    public String expected() {
        return expected;
    }
}
