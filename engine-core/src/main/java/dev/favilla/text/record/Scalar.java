package dev.favilla.text.record;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZonedDateTime;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A type whose values are one text each. Reads what {@link #format} writes, and no more than that and its usual spellings:
 * no blanks around, no digits of other scripts, no number that would be rounded to infinity.
 */
final class Scalar {

    /** How JSON writes the values. */
    enum Json {
        NUMBER,
        BOOLEAN,
        TEXT
    }

    private static final Pattern WHOLE = Pattern.compile("-?[0-9]+");
    private static final Pattern DECIMAL = Pattern.compile("-?(?:[0-9]+\\.?[0-9]*|\\.[0-9]+)(?:[eE][+-]?[0-9]+)?");

    /** Longer ones are no numbers that anybody has written. */
    private static final int LONGEST_NUMBER = 1000;

    private static final Map<Class<?>, Scalar> ALL = all();

    private final String expected;
    private final Json json;
    private final Function<String, Object> parse;

    private Scalar(String expected, Json json, Function<String, Object> parse) {
        this.expected = expected;
        this.json = json;
        this.parse = parse;
    }

    private static Map<Class<?>, Scalar> all() {
        Map<Class<?>, Scalar> all = new HashMap<>();
        numbers(all);
        Scalar flag = new Scalar("true or false", Json.BOOLEAN, Scalar::flag);
        all.put(boolean.class, flag);
        all.put(Boolean.class, flag);
        Scalar character = new Scalar("one character", Json.TEXT, Scalar::character);
        all.put(char.class, character);
        all.put(Character.class, character);
        all.put(String.class, new Scalar("a text", Json.TEXT, text -> text));
        all.put(UUID.class, new Scalar("a UUID", Json.TEXT, Scalar::uuid));
        all.put(LocalDate.class, time("a date such as 2026-11-29", LocalDate::parse));
        all.put(LocalTime.class, time("a time such as 17:30:00", LocalTime::parse));
        all.put(LocalDateTime.class, time("a date and time such as 2026-11-29T17:30:00", LocalDateTime::parse));
        all.put(Instant.class, time("an instant such as 2026-11-29T17:30:00Z", Instant::parse));
        all.put(OffsetDateTime.class, time("a time such as 2026-11-29T17:30:00+01:00", OffsetDateTime::parse));
        all.put(OffsetTime.class, time("a time such as 17:30:00+01:00", OffsetTime::parse));
        all.put(
                ZonedDateTime.class,
                time("a time such as 2026-11-29T17:30:00+01:00[Europe/Rome]", ZonedDateTime::parse));
        all.put(Duration.class, time("a duration such as PT1H30M", Duration::parse));
        all.put(Period.class, time("a period such as P1Y2M", Period::parse));
        all.put(Year.class, time("a year such as 2026", Year::parse));
        all.put(YearMonth.class, time("a month such as 2026-11", YearMonth::parse));
        all.put(MonthDay.class, time("a day such as --11-29", MonthDay::parse));
        return Map.copyOf(all);
    }

    private static void numbers(Map<Class<?>, Scalar> all) {
        put(all, byte.class, Byte.class, whole("a whole number from -128 to 127", Byte::valueOf));
        put(all, short.class, Short.class, whole("a whole number from -32768 to 32767", Short::valueOf));
        put(all, int.class, Integer.class, whole("a whole number of 32 bits", Integer::valueOf));
        put(all, long.class, Long.class, whole("a whole number of 64 bits", Long::valueOf));
        put(all, float.class, Float.class, new Scalar("a number such as 1.5", Json.NUMBER, Scalar::single));
        put(all, double.class, Double.class, new Scalar("a number such as 1.5", Json.NUMBER, Scalar::twice));
        all.put(BigInteger.class, whole("a whole number", BigInteger::new));
        all.put(
                BigDecimal.class,
                new Scalar("a number such as 1.50", Json.NUMBER, text -> new BigDecimal(decimal(text))));
    }

    private static void put(Map<Class<?>, Scalar> all, Class<?> primitive, Class<?> boxed, Scalar scalar) {
        all.put(primitive, scalar);
        all.put(boxed, scalar);
    }

    private static Scalar whole(String expected, Function<String, Object> parse) {
        return new Scalar(expected, Json.NUMBER, text -> parse.apply(matching(WHOLE, text)));
    }

    private static Scalar time(String expected, Function<String, Object> parse) {
        return new Scalar(expected, Json.TEXT, parse);
    }

    /** Returns how values of {@code type} are written, if they are one text each. */
    static @Nullable Scalar of(Class<?> type) {
        return type.isEnum() ? ofEnum(type) : ALL.get(type);
    }

    private static Scalar ofEnum(Class<?> type) {
        Map<String, Object> constants = Arrays.stream(type.getEnumConstants())
                .collect(Collectors.toMap(constant -> ((Enum<?>) constant).name(), constant -> constant));
        return new Scalar("one of " + Arrays.toString(type.getEnumConstants()), Json.TEXT, text -> {
            Object constant = constants.get(text);
            if (constant == null) {
                throw new IllegalArgumentException("no such constant");
            }
            return constant;
        });
    }

    private static String matching(Pattern pattern, String text) {
        if (text.length() > LONGEST_NUMBER || !pattern.matcher(text).matches()) {
            throw new NumberFormatException("not written as such a number is");
        }
        return text;
    }

    private static String decimal(String text) {
        return matching(DECIMAL, text);
    }

    private static Object single(String text) {
        if (isSpecial(text)) {
            return Float.valueOf(text);
        }
        float number = Float.parseFloat(decimal(text));
        if (Float.isInfinite(number)) {
            throw new NumberFormatException("too large");
        }
        return number;
    }

    private static Object twice(String text) {
        if (isSpecial(text)) {
            return Double.valueOf(text);
        }
        double number = Double.parseDouble(decimal(text));
        if (Double.isInfinite(number)) {
            throw new NumberFormatException("too large");
        }
        return number;
    }

    private static boolean isSpecial(String text) {
        return text.equals("NaN") || text.equals("Infinity") || text.equals("-Infinity");
    }

    private static Object flag(String text) {
        if (text.equals("true")) {
            return true;
        }
        if (text.equals("false")) {
            return false;
        }
        throw new IllegalArgumentException("neither");
    }

    private static Object character(String text) {
        if (text.length() != 1) {
            throw new IllegalArgumentException(text.length() + " characters");
        }
        return text.charAt(0);
    }

    /** Texts that {@link UUID#fromString} reads although they are shorter are refused. */
    private static Object uuid(String text) {
        UUID parsed = UUID.fromString(text);
        if (!parsed.toString().equalsIgnoreCase(text)) {
            throw new IllegalArgumentException("shortened");
        }
        return parsed;
    }

    Json json() {
        return json;
    }

    String expected() {
        return expected;
    }

    /** Returns the value that {@code text} stands for. */
    Object parse(String text) throws MalformedValueException {
        try {
            return parse.apply(text);
        } catch (RuntimeException e) {
            throw new MalformedValueException("", text, expected, e);
        }
    }

    static String format(Object value) {
        return value instanceof Enum<?> constant ? constant.name() : value.toString();
    }
}
