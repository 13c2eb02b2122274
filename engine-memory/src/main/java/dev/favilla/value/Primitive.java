package dev.favilla.value;

import org.jspecify.annotations.Nullable;

/**
 * Classes of numbers that can lie in a {@code long[]} instead of as objects, each of which then takes eight bytes and is
 * read without following a reference. A number that comes out is equal to the one that went in, but another object.
 */
public enum Primitive {
    LONG(Long.class) {
        @Override
        public long bits(Object value) {
            return (Long) value;
        }

        @Override
        public Object box(long bits) {
            return bits;
        }

        @Override
        public Object fresh(long bits) {
            return Boxes.fresh(bits);
        }
    },
    INT(Integer.class) {
        @Override
        public long bits(Object value) {
            return (Integer) value;
        }

        @Override
        public Object box(long bits) {
            return (int) bits;
        }

        @Override
        public Object fresh(long bits) {
            return Boxes.fresh((int) bits);
        }
    },
    DOUBLE(Double.class) {
        @Override
        public long bits(Object value) {
            return Double.doubleToRawLongBits((Double) value);
        }

        @Override
        public Object box(long bits) {
            return Double.longBitsToDouble(bits);
        }

        @Override
        public Object fresh(long bits) {
            return Boxes.fresh(Double.longBitsToDouble(bits));
        }
    };

    private final Class<?> type;

    Primitive(Class<?> type) {
        this.type = type;
    }

    /** Returns the kind of a number, or null for anything else. */
    public static @Nullable Primitive of(@Nullable Object value) {
        if (value == null) {
            return null;
        }
        Class<?> type = value.getClass();
        return type == Long.class ? LONG : type == Integer.class ? INT : type == Double.class ? DOUBLE : null;
    }

    /** Returns whether {@code value} is of this kind. */
    public boolean has(@Nullable Object value) {
        return value != null && value.getClass() == type;
    }

    /** Returns whether numbers of this kind are equal exactly if their bits are, and so can be found by them. */
    public boolean hasBitsForEquality() {
        return this != DOUBLE;
    }

    /** Returns the bits of a number of this kind, which tell it from all others. */
    public abstract long bits(Object value);

    /** Returns the number that has these bits. */
    public abstract Object box(long bits);

    /**
     * The same, always as a new object: for loops that a compiler sees through, which then make none where only the number
     * is asked for. What is kept is better boxed, since small numbers may be shared.
     */
    public abstract Object fresh(long bits);

    /** Returns the {@linkplain StableHash#of stable hash} of the number that has these bits. */
    public int hash(long bits) {
        return StableHash.of(box(bits));
    }
}
