package dev.favilla.text.record;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads one JSON text (RFC 8259) by a schema. Strict: nothing that the grammar does not have, no member twice. */
final class JsonReader {

    /** Deeper than anybody nests, and not too deep for the stack. */
    private static final int MAX_DEPTH = 256;

    private static final Pattern NUMBER = Pattern.compile("-?(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?");

    private final String text;
    private int at;
    private int depth;

    JsonReader(String text) {
        this.text = text;
    }

    Object read(RecordSchema schema) throws MalformedValueException {
        Object record = record(schema);
        skipBlanks();
        if (at < text.length()) {
            throw expected("nothing behind the object");
        }
        return record;
    }

    private Object record(RecordSchema schema) throws MalformedValueException {
        List<RecordSchema.Field> fields = schema.fields();
        @Nullable Object[] values = new @Nullable Object[fields.size()];
        boolean[] there = new boolean[fields.size()];
        Set<String> others = new HashSet<>();
        begin('{', "an object");
        for (boolean more = !ends('}'); more; more = continues('}')) {
            String name = name();
            int index = schema.indexOf(name);
            if (index < 0 ? !others.add(name) : there[index]) {
                throw new MalformedValueException(name, "two", "one member of this name", null);
            }
            if (index < 0) {
                skip();
            } else {
                there[index] = true;
                values[index] = value(fields.get(index));
            }
        }
        depth--;
        for (int i = 0; i < there.length; i++) {
            if (!there[i]) {
                values[i] = absent(fields.get(i));
            }
        }
        return schema.make(values);
    }

    private static @Nullable Object absent(RecordSchema.Field field) throws MalformedValueException {
        if (!field.type().mayBeAbsent()) {
            throw new MalformedValueException(field.name(), null, field.type().expected(), null);
        }
        return field.type().absent();
    }

    private @Nullable Object value(RecordSchema.Field field) throws MalformedValueException {
        try {
            return value(field.type());
        } catch (MalformedValueException e) {
            throw e.in(field.name());
        }
    }

    private @Nullable Object value(ValueType type) throws MalformedValueException {
        skipBlanks();
        if (text.startsWith("null", at)) {
            if (!type.mayBeAbsent()) {
                throw expected(type.expected());
            }
            at += 4;
            return type.absent();
        }
        if (type instanceof ValueType.OptionalOf optional) {
            return Optional.ofNullable(value(optional.value()));
        }
        if (type instanceof ValueType.ListOf list) {
            return list(list.element());
        }
        if (type instanceof ValueType.MapOf map) {
            return map(map.value());
        }
        if (type instanceof ValueType.RecordOf record) {
            return record(record.schema());
        }
        return one(((ValueType.One) type).scalar());
    }

    private List<@Nullable Object> list(ValueType element) throws MalformedValueException {
        List<@Nullable Object> list = new ArrayList<>();
        begin('[', "a list");
        for (boolean more = !ends(']'); more; more = continues(']')) {
            try {
                list.add(value(element));
            } catch (MalformedValueException e) {
                throw e.in("[" + list.size() + "]");
            }
        }
        depth--;
        return list.contains(null) ? Collections.unmodifiableList(list) : List.copyOf(list);
    }

    private Map<String, @Nullable Object> map(ValueType value) throws MalformedValueException {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        begin('{', "an object");
        for (boolean more = !ends('}'); more; more = continues('}')) {
            String name = name();
            if (map.containsKey(name)) {
                throw new MalformedValueException(name, "two", "one member of this name", null);
            }
            try {
                map.put(name, value(value));
            } catch (MalformedValueException e) {
                throw e.in(name);
            }
        }
        depth--;
        return Collections.unmodifiableMap(map);
    }

    private Object one(Scalar scalar) throws MalformedValueException {
        int start = at;
        String token;
        if (scalar.json() == Scalar.Json.TEXT) {
            if (!isAt('"')) {
                throw expected(scalar.expected() + " in quotes");
            }
            token = string();
        } else {
            token = literal();
            boolean fits = scalar.json() == Scalar.Json.BOOLEAN
                    ? token.equals("true") || token.equals("false")
                    : NUMBER.matcher(token).matches();
            if (!fits) {
                at = start;
                throw expected(scalar.expected());
            }
        }
        return scalar.parse(token);
    }

    /** Passes over a value that nobody wants, which must be JSON all the same. */
    private void skip() throws MalformedValueException {
        skipBlanks();
        if (isAt('{')) {
            begin('{', "an object");
            for (boolean more = !ends('}'); more; more = continues('}')) {
                name();
                skip();
            }
            depth--;
        } else if (isAt('[')) {
            begin('[', "a list");
            for (boolean more = !ends(']'); more; more = continues(']')) {
                skip();
            }
            depth--;
        } else if (isAt('"')) {
            string();
        } else {
            int start = at;
            String token = literal();
            if (!Set.of("true", "false", "null").contains(token)
                    && !NUMBER.matcher(token).matches()) {
                at = start;
                throw expected("a value");
            }
        }
    }

    /** Returns what is written without quotes. */
    private String literal() {
        int start = at;
        while (at < text.length()
                && (Character.isLetterOrDigit(text.charAt(at)) || isAt('-') || isAt('+') || isAt('.'))) {
            at++;
        }
        return text.substring(start, at);
    }

    private String name() throws MalformedValueException {
        skipBlanks();
        if (!isAt('"')) {
            throw expected("a name in quotes");
        }
        String name = string();
        skipBlanks();
        if (!isAt(':')) {
            throw expected("':'");
        }
        at++;
        return name;
    }

    private String string() throws MalformedValueException {
        StringBuilder read = new StringBuilder();
        at++;
        while (at < text.length() && !isAt('"')) {
            char c = text.charAt(at);
            if (c < ' ') {
                throw expected("no control characters in a text");
            }
            if (c == '\\') {
                read.append(escaped());
            } else {
                read.append(c);
                at++;
            }
        }
        if (at == text.length()) {
            throw expected("'\"' at the end of a text");
        }
        at++;
        requireWholeCharacters(read);
        return read.toString();
    }

    private char escaped() throws MalformedValueException {
        char kind = at + 1 < text.length() ? text.charAt(at + 1) : ' ';
        char plain = switch (kind) {
            case '"', '\\', '/' -> kind;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> hex();
            default -> throw expected("an escape that JSON has");
        };
        at += kind == 'u' ? 6 : 2;
        return plain;
    }

    private char hex() throws MalformedValueException {
        int code = 0;
        for (int i = at + 2; i < at + 6; i++) {
            char c = i < text.length() ? text.charAt(i) : ' ';
            int digit = c < 0x80 ? Character.digit(c, 16) : -1;
            if (digit < 0) {
                throw expected("four hexadecimal digits");
            }
            code = code << 4 | digit;
        }
        return (char) code;
    }

    private void requireWholeCharacters(CharSequence read) throws MalformedValueException {
        for (int i = 0; i < read.length(); i++) {
            char c = read.charAt(i);
            boolean pair = Character.isHighSurrogate(c)
                    && i + 1 < read.length()
                    && Character.isLowSurrogate(read.charAt(i + 1));
            if (pair) {
                i++;
            } else if (Character.isSurrogate(c)) {
                throw expected("both halves of a surrogate pair");
            }
        }
    }

    private void begin(char bracket, String what) throws MalformedValueException {
        skipBlanks();
        if (!isAt(bracket)) {
            throw expected(what);
        }
        if (++depth > MAX_DEPTH) {
            throw expected("at most " + MAX_DEPTH + " levels");
        }
        at++;
    }

    /** Passes over the closing bracket, if there is nothing before it. */
    private boolean ends(char bracket) {
        skipBlanks();
        boolean ends = isAt(bracket);
        at += ends ? 1 : 0;
        return ends;
    }

    /** Passes over a comma and returns true, or over the closing bracket and returns false. */
    private boolean continues(char bracket) throws MalformedValueException {
        skipBlanks();
        if (!isAt(',') && !isAt(bracket)) {
            throw expected("',' or '" + bracket + "'");
        }
        at++;
        return text.charAt(at - 1) == ',';
    }

    private boolean isAt(char c) {
        return at < text.length() && text.charAt(at) == c;
    }

    private void skipBlanks() {
        while (isAt(' ') || isAt('\t') || isAt('\n') || isAt('\r')) {
            at++;
        }
    }

    private MalformedValueException expected(String what) {
        String found = at >= text.length() ? null : text.substring(at);
        return new MalformedValueException("", found, what + " at character " + (at + 1), null);
    }
}
