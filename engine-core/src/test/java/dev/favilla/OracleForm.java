package dev.favilla;

import org.jspecify.annotations.Nullable;

/**
 * What a number is in a record: one of the types that the engine keeps in another way than other objects. Each number is
 * another value, and each value tells its number.
 */
enum OracleForm {
    LONG {
        @Override
        Object of(long number) {
            return number;
        }
    },
    INTEGER {
        @Override
        Object of(long number) {
            return number == (int) number ? (Object) (int) number : (Object) number;
        }
    },
    /** With both zeros and NaN among them. */
    DOUBLE {
        @Override
        Object of(long number) {
            if (number == NEGATIVE_ZERO) {
                return -0.0;
            }
            if (number == NOT_A_NUMBER) {
                return Double.NaN;
            }
            return Math.abs(number) < 1L << 52 ? (Object) (double) number : (Object) number;
        }
    },
    TEXT {
        @Override
        Object of(long number) {
            return "#" + number;
        }
    },
    /** Some in Latin letters, some not. */
    WIDE_TEXT {
        @Override
        Object of(long number) {
            return (number % 3 == 0 ? "\u043a\u043b\u044e\u0447#" : "cl\u00e9#") + number;
        }
    },
    /** Of any length up to some hundred characters. */
    LONG_TEXT {
        @Override
        Object of(long number) {
            return "long ".repeat((int) Math.floorMod(number, 67L)) + '#' + number;
        }
    },
    /** Mostly numbers, with others among them. */
    MIXED {
        @Override
        Object of(long number) {
            return switch ((int) Math.floorMod(number, 23L)) {
                case 3 -> TEXT.of(number);
                case 11 -> new Token(number);
                case 17 -> INTEGER.of(number);
                default -> number;
            };
        }
    };

    private static final long NEGATIVE_ZERO = -3;
    private static final long NOT_A_NUMBER = -2;

    abstract Object of(long number);

    final @Nullable Object orNull(@Nullable Long number) {
        return number == null ? null : of(number);
    }

    /** Returns the number of a value of any form. */
    static @Nullable Long number(@Nullable Object value) {
        if (value instanceof String text) {
            return Long.parseLong(text.substring(text.indexOf('#') + 1));
        }
        if (value instanceof Token token) {
            return Token.number(token);
        }
        if (value instanceof Double real) {
            return real.equals(-0.0) ? NEGATIVE_ZERO : real.isNaN() ? NOT_A_NUMBER : real.longValue();
        }
        return value == null ? null : (Long) ((Number) value).longValue();
    }

    /** Whether all values have one natural order. */
    boolean isOrdered() {
        return this != MIXED && this != DOUBLE && this != INTEGER;
    }
}
