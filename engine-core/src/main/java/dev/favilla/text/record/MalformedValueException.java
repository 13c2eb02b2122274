package dev.favilla.text.record;

import org.jspecify.annotations.Nullable;

/** A text is not what a record's component needs. Whoever knows the file and the line says more. */
public final class MalformedValueException extends Exception {

    private static final long serialVersionUID = 1L;
    private static final int PREVIEW_LENGTH = 60;

    private final String field;
    private final String value;
    private final String expected;

    /**
     * @param field which component, with those around it; empty for the whole record
     * @param value the text that was found
     * @param expected what should have been there, in words
     */
    public MalformedValueException(String field, @Nullable String value, String expected, @Nullable Throwable cause) {
        super((field.isEmpty() ? "" : "'" + field + "': ") + "expected " + expected + ", got " + shown(value), cause);
        this.field = field;
        this.value = shown(value);
        this.expected = expected;
    }

    private static String shown(@Nullable String value) {
        if (value == null) {
            return "nothing";
        }
        boolean isLong = value.length() > PREVIEW_LENGTH;
        String start = isLong ? value.substring(0, PREVIEW_LENGTH) : value;
        return "'" + start.replaceAll("\\p{Cntrl}", " ") + (isLong ? "...'" : "'");
    }

    /** Returns which component it was for, with the names of those around it; empty for the whole record. */
    public String field() {
        return field;
    }

    /** Returns a short form of the text. */
    public String value() {
        return value;
    }

    /** Returns what should have been there. */
    public String expected() {
        return expected;
    }

    /** Returns the same inside of a component of another record. */
    MalformedValueException in(String outer) {
        String path = field.isEmpty() ? outer : field.startsWith("[") ? outer + field : outer + "." + field;
        return new MalformedValueException(path, this);
    }

    private MalformedValueException(String path, MalformedValueException inner) {
        super("'" + path + "': expected " + inner.expected + ", got " + inner.value, inner.getCause());
        this.field = path;
        this.value = inner.value;
        this.expected = inner.expected;
    }
}
