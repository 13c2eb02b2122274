package dev.favilla.text.record;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Makes records of the rows of one table and rows of records. An empty field without quotes is null or an empty optional,
 * one with quotes is the empty text.
 */
public final class CsvRecords {

    private final RecordSchema schema;

    /** For each component, which column it is in. */
    private final int[] columns;

    private final int width;

    private CsvRecords(RecordSchema schema, int[] columns, int width) {
        this.schema = schema;
        this.columns = columns;
        this.width = width;
    }

    /**
     * Finds the components of {@code schema} among the names of columns. Other columns are not read.
     *
     * @throws MalformedValueException if one is not there, or there twice
     */
    public static CsvRecords of(RecordSchema schema, List<String> header) throws MalformedValueException {
        int[] columns = new int[schema.fields().size()];
        Arrays.fill(columns, -1);
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < header.size(); i++) {
            int field = schema.indexOf(header.get(i));
            if (field >= 0) {
                if (!seen.add(header.get(i))) {
                    throw new MalformedValueException(
                            header.get(i), String.join(",", header), "one column of this name in the header", null);
                }
                columns[field] = i;
            }
        }
        for (int field = 0; field < columns.length; field++) {
            if (columns[field] < 0) {
                throw new MalformedValueException(
                        schema.fields().get(field).name(),
                        String.join(",", header),
                        "a column of this name in the header",
                        null);
            }
        }
        return new CsvRecords(schema, columns, header.size());
    }

    /**
     * Returns the record that a row is.
     *
     * @param row a null for each field that is empty and has no quotes
     */
    public Object read(List<@Nullable String> row) throws MalformedValueException {
        if (row.size() != width) {
            throw new MalformedValueException("", row.size() + " fields", width + " fields, as the header has", null);
        }
        @Nullable Object[] values = new @Nullable Object[columns.length];
        for (int i = 0; i < columns.length; i++) {
            RecordSchema.Field field = schema.fields().get(i);
            values[i] = value(field, row.get(columns[i]));
        }
        return schema.make(values);
    }

    private static @Nullable Object value(RecordSchema.Field field, @Nullable String text)
            throws MalformedValueException {
        ValueType type = field.type();
        if (text == null) {
            if (!type.mayBeAbsent()) {
                throw new MalformedValueException(field.name(), "", type.expected(), null);
            }
            return type.absent();
        }
        try {
            if (type instanceof ValueType.OptionalOf optional) {
                return Optional.of(((ValueType.One) optional.value()).scalar().parse(text));
            }
            return ((ValueType.One) type).scalar().parse(text);
        } catch (MalformedValueException e) {
            throw e.in(field.name());
        }
    }

    /** Returns the names of the columns as a line, without its end. */
    public static String header(RecordSchema schema) {
        return schema.fields().stream().map(field -> quoted(field.name())).collect(Collectors.joining(","));
    }

    /** Returns a record as a line, which may have line ends inside quotes, without its end. */
    public static String row(RecordSchema schema, Object record) {
        StringBuilder row = new StringBuilder();
        String before = "";
        for (RecordSchema.Field field : schema.fields()) {
            row.append(before);
            before = ",";
            Object value = schema.get(record, field);
            if (value instanceof Optional<?> optional) {
                value = optional.orElse(null);
            }
            if (value != null) {
                row.append(quoted(Scalar.format(value)));
            }
        }
        return row.toString();
    }

    private static String quoted(String text) {
        boolean needed = text.isEmpty() || text.chars().anyMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
        return needed ? '"' + text.replace("\"", "\"\"") + '"' : text;
    }
}
