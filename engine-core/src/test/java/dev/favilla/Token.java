package dev.favilla;

import dev.favilla.function.MapPartitionsFunction;
import java.io.Serializable;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * A number that can be changed, and so used again for the next record. Numbers below a thousand share three hashes; those
 * above have one each, so that many of them are no worse than they must be.
 */
final class Token implements Serializable, Comparable<Token> {

    private static final long serialVersionUID = 1L;
    private static final int CROWDED = 1000;

    /** Null comes first: the order in which keys are sorted that may be null. */
    static final Ordering<@Nullable Token> NULLS_FIRST = (left, right) ->
            left == null || right == null ? Boolean.compare(left != null, right != null) : left.compareTo(right);

    private long number;

    Token(long number) {
        this.number = number;
    }

    static @Nullable Token of(@Nullable Long number) {
        return number == null ? null : new Token(number);
    }

    static @Nullable Long number(@Nullable Token token) {
        return token == null ? null : (Long) token.number;
    }

    static Pair<@Nullable Token, @Nullable Token> pair(Pair<@Nullable Long, @Nullable Long> numbers) {
        return Pair.of(of(numbers.key()), of(numbers.value()));
    }

    static Pair<@Nullable Long, @Nullable Long> numbers(Pair<@Nullable Token, @Nullable Token> pair) {
        return Pair.of(number(pair.key()), number(pair.value()));
    }

    /** Returns the left one, changed; what is null counts as nothing. */
    static @Nullable Token addedInPlace(@Nullable Token left, @Nullable Token right) {
        if (left == null || right == null) {
            return left == null ? right : left;
        }
        left.number += right.number;
        return left;
    }

    /** Returns one of both as it is; null is the smallest. */
    static @Nullable Token larger(@Nullable Token left, @Nullable Token right) {
        return NULLS_FIRST.compare(left, right) > 0 ? left : right;
    }

    Token plus(long more) {
        number += more;
        return this;
    }

    /** Passes all records on as one pair of one key and one value, which are changed for each; what is null stays so. */
    record UsedAgain() implements MapPartitionsFunction<Pair<Token, Token>, Pair<Token, Token>> {

        @Override
        public Iterator<Pair<Token, Token>> call(Iterator<Pair<Token, Token>> records) {
            Pair<Token, Token> reused = Pair.of(new Token(0), new Token(0));
            return new Iterator<>() {
                @Override
                public boolean hasNext() {
                    return records.hasNext();
                }

                @Override
                public Pair<Token, Token> next() {
                    Pair<Token, Token> record = records.next();
                    if (record.key() != null) {
                        reused.key().number = record.key().number;
                    }
                    if (record.value() != null) {
                        reused.value().number = record.value().number;
                    }
                    return record.key() != null && record.value() != null
                            ? reused
                            : Pair.of(
                                    record.key() == null ? null : reused.key(),
                                    record.value() == null ? null : reused.value());
                }
            };
        }
    }

    @Override
    public int compareTo(Token other) {
        return Long.compare(number, other.number);
    }

    @Override
    public boolean equals(@Nullable Object o) {
        return o instanceof Token other && number == other.number;
    }

    @Override
    public int hashCode() {
        return number < CROWDED ? (int) Math.floorMod(number, 3L) : Long.hashCode(number);
    }

    @Override
    public String toString() {
        return "token " + number;
    }
}
