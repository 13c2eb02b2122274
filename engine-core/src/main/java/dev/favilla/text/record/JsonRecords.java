package dev.favilla.text.record;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes records of JSON objects (RFC 8259) and JSON objects of records. */
public final class JsonRecords {

    private static final char[] HEX = "0123456789abcdef".toCharArray();

    private JsonRecords() {}

    /**
     * Returns the record that a text is. Members that the record has no component for are left out; a component without
     * a member is null or an empty optional.
     *
     * @throws MalformedValueException if it is no JSON object, a member is there twice, or does not fit its component
     */
    public static Object read(RecordSchema schema, String text) throws MalformedValueException {
        return new JsonReader(text).read(schema);
    }

    /**
     * Returns a record as a JSON object on one line.
     *
     * @throws IllegalArgumentException if it holds a number that JSON has not
     */
    public static String write(RecordSchema schema, Object record) {
        StringBuilder out = new StringBuilder();
        writeRecord(schema, record, out);
        return out.toString();
    }

    private static void writeRecord(RecordSchema schema, Object record, StringBuilder out) {
        char before = '{';
        for (RecordSchema.Field field : schema.fields()) {
            out.append(before);
            writeText(field.name(), out);
            out.append(':');
            write(field.type(), schema.get(record, field), out);
            before = ',';
        }
        out.append(before == '{' ? "{}" : "}");
    }

    private static void write(ValueType type, @Nullable Object value, StringBuilder out) {
        if (value == null) {
            out.append("null");
        } else if (type instanceof ValueType.OptionalOf optional) {
            write(optional.value(), ((Optional<?>) value).orElse(null), out);
        } else if (type instanceof ValueType.ListOf list) {
            writeList(list, (List<?>) value, out);
        } else if (type instanceof ValueType.MapOf map) {
            writeMap(map, (Map<?, ?>) value, out);
        } else if (type instanceof ValueType.RecordOf record) {
            writeRecord(record.schema(), value, out);
        } else {
            writeOne(((ValueType.One) type).scalar(), value, out);
        }
    }

    private static void writeList(ValueType.ListOf type, List<?> list, StringBuilder out) {
        String before = "[";
        for (Object element : list) {
            out.append(before);
            write(type.element(), element, out);
            before = ",";
        }
        out.append(list.isEmpty() ? "[]" : "]");
    }

    private static void writeMap(ValueType.MapOf type, Map<?, ?> map, StringBuilder out) {
        String before = "{";
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            out.append(before);
            if (entry.getKey() == null) {
                throw new IllegalArgumentException("JSON has no null as the name of a member: " + map.keySet());
            }
            writeText((String) entry.getKey(), out);
            out.append(':');
            write(type.value(), entry.getValue(), out);
            before = ",";
        }
        out.append(map.isEmpty() ? "{}" : "}");
    }

    private static void writeOne(Scalar scalar, Object value, StringBuilder out) {
        String text = Scalar.format(value);
        if (scalar.json() == Scalar.Json.TEXT) {
            writeText(text, out);
        } else if (text.equals("NaN") || text.endsWith("Infinity")) {
            throw new IllegalArgumentException("JSON has no " + text + "; map it to null or to a text");
        } else {
            out.append(text);
        }
    }

    private static void writeText(String text, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c == '\n') {
                out.append("\\n");
            } else if (c == '\r') {
                out.append("\\r");
            } else if (c == '\t') {
                out.append("\\t");
            } else if (c < ' ' || c == 0x7f) {
                out.append("\\u00").append(HEX[c >> 4]).append(HEX[c & 15]);
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }
}
