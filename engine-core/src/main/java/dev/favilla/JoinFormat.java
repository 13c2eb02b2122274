package dev.favilla;

import dev.favilla.rdd.CoGroupNode;
import dev.favilla.rdd.EntryBuilder;
import dev.favilla.rdd.JoinNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The records of joins, as the engine below makes them. */
enum JoinFormat implements JoinNode.Rows {
    /** A key with a pair of values. */
    PAIRS {
        @Override
        public Object both(@Nullable Object key, @Nullable Object left, @Nullable Object right) {
            return new Pair<>(key, new Pair<>(left, right));
        }
    },
    /** A key with two values one of which may be missing. */
    OUTER {
        @Override
        public Object both(@Nullable Object key, @Nullable Object left, @Nullable Object right) {
            return new Pair<>(key, new Joined<>(true, left, true, right));
        }

        @Override
        public Object leftOnly(@Nullable Object key, @Nullable Object left) {
            return new Pair<>(key, new Joined<>(true, left, false, null));
        }

        @Override
        public Object rightOnly(@Nullable Object key, @Nullable Object right) {
            return new Pair<>(key, new Joined<>(false, null, true, right));
        }
    },
    /** The left record as it was. */
    LEFT {
        @Override
        public Object leftOnly(@Nullable Object key, @Nullable Object left) {
            return new Pair<>(key, left);
        }
    },
    /** The key, which is a whole record. */
    KEY {
        @Override
        public @Nullable Object leftOnly(@Nullable Object key, @Nullable Object left) {
            return key;
        }

        @Override
        public boolean keepsKeys() {
            return false;
        }
    };

    /** Two records as a pair: what {@code cartesian} makes. */
    static final EntryBuilder CROSS = Crossed.PAIR;

    /** Returns what makes the records of a cogroup of so many datasets. */
    static CoGroupNode.Rows groups(int inputs) {
        return switch (inputs) {
            case 2 -> Groups.OF_TWO;
            case 3 -> Groups.OF_THREE;
            default -> Groups.OF_FOUR;
        };
    }

    @Override
    public @Nullable Object both(@Nullable Object key, @Nullable Object left, @Nullable Object right) {
        throw unexpected();
    }

    @Override
    public @Nullable Object leftOnly(@Nullable Object key, @Nullable Object left) {
        throw unexpected();
    }

    @Override
    public @Nullable Object rightOnly(@Nullable Object key, @Nullable Object right) {
        throw unexpected();
    }

    @Override
    public boolean keepsKeys() {
        return true;
    }

    private IllegalStateException unexpected() {
        return new IllegalStateException("A join gives " + this + " a record of another kind: a bug in Favilla");
    }

    private enum Crossed implements EntryBuilder {
        PAIR;

        @Override
        public Object record(@Nullable Object left, @Nullable Object right) {
            return new Pair<>(left, right);
        }
    }

    private enum Groups implements CoGroupNode.Rows {
        OF_TWO {
            @Override
            Object grouped(List<? extends Iterable<@Nullable Object>> values) {
                return new Grouped2<>(values.get(0), values.get(1));
            }
        },
        OF_THREE {
            @Override
            Object grouped(List<? extends Iterable<@Nullable Object>> values) {
                return new Grouped3<>(values.get(0), values.get(1), values.get(2));
            }
        },
        OF_FOUR {
            @Override
            Object grouped(List<? extends Iterable<@Nullable Object>> values) {
                return new Grouped4<>(values.get(0), values.get(1), values.get(2), values.get(3));
            }
        };

        abstract Object grouped(List<? extends Iterable<@Nullable Object>> values);

        @Override
        public Object record(@Nullable Object key, List<? extends Iterable<@Nullable Object>> values) {
            return new Pair<>(key, grouped(values));
        }
    }
}
