package dev.favilla;

import static dev.favilla.Arguments.notNull;

import dev.favilla.function.MapFunction;
import dev.favilla.function.ZipFunction;
import java.io.Serializable;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The values of a key on both sides of an outer join, one of which may be missing. A value that is there may be null, as
 * anywhere; {@link #hasLeft} and {@link #hasRight} tell the difference.
 *
 * @param hasLeft whether there is a value on the left
 * @param left it; null if there is none
 * @param hasRight whether there is a value on the right
 * @param right it; null if there is none
 */
public record Joined<V extends @Nullable Object, W extends @Nullable Object>(
        boolean hasLeft,
        @Nullable V left,
        boolean hasRight,
        @Nullable W right) implements Serializable {

    /** @throws IllegalArgumentException if a value is given that is said to be missing */
    public Joined {
        if ((!hasLeft && left != null) || (!hasRight && right != null)) {
            throw new IllegalArgumentException(
                    "a missing value must be null, got left " + left + " and right " + right);
        }
    }

    /**
     * Returns {@code function} for these, which hands it both values, null where one is missing: for {@code mapValues}.
     *
     * <pre>{@code
     * flights.leftOuterJoin(airports).mapValues(Joined.unpack((flight, airport) -> airport == null ? "?" : airport.city()));
     * }</pre>
     */
    public static <V extends @Nullable Object, W extends @Nullable Object, R extends @Nullable Object>
            MapFunction<Joined<V, W>, R> unpack(ZipFunction<@Nullable V, @Nullable W, ? extends R> function) {
        return new Unpacking.Either<>(notNull(function, "function"));
    }

    /** Returns the value on the left, if there is one that is not null. */
    public Optional<V> optionalLeft() {
        return Optional.ofNullable(left);
    }

    /** Returns the value on the right, if there is one that is not null. */
    public Optional<W> optionalRight() {
        return Optional.ofNullable(right);
    }

    /** Returns for example {@code (3,7)}, or {@code (3,-)} where there is none on the right. */
    @Override
    public String toString() {
        return "(" + (hasLeft ? left : "-") + "," + (hasRight ? right : "-") + ")";
    }
}
