package dev.favilla;

import dev.favilla.function.MapFunction;
import dev.favilla.function.TripleFunction;
import dev.favilla.function.ZipFunction;
import org.jspecify.annotations.Nullable;

/** Functions of what joins give, which hand the parts to a function of the user's. */
final class Unpacking {

    private Unpacking() {}

    record Both<A extends @Nullable Object, B extends @Nullable Object, R extends @Nullable Object>(
            ZipFunction<? super A, ? super B, ? extends R> function) implements MapFunction<Pair<A, B>, R> {

        @Override
        public R call(Pair<A, B> pair) throws Exception {
            return function.call(pair.key(), pair.value());
        }
    }

    record Left<
                    A extends @Nullable Object,
                    B extends @Nullable Object,
                    C extends @Nullable Object,
                    R extends @Nullable Object>(
            TripleFunction<? super A, ? super B, ? super C, ? extends R> function)
            implements MapFunction<Pair<Pair<A, B>, C>, R> {

        @Override
        public R call(Pair<Pair<A, B>, C> pair) throws Exception {
            return function.call(pair.key().key(), pair.key().value(), pair.value());
        }
    }

    record Right<
                    A extends @Nullable Object,
                    B extends @Nullable Object,
                    C extends @Nullable Object,
                    R extends @Nullable Object>(
            TripleFunction<? super A, ? super B, ? super C, ? extends R> function)
            implements MapFunction<Pair<A, Pair<B, C>>, R> {

        @Override
        public R call(Pair<A, Pair<B, C>> pair) throws Exception {
            return function.call(pair.key(), pair.value().key(), pair.value().value());
        }
    }

    record Either<V extends @Nullable Object, W extends @Nullable Object, R extends @Nullable Object>(
            ZipFunction<@Nullable V, @Nullable W, ? extends R> function) implements MapFunction<Joined<V, W>, R> {

        @Override
        public R call(Joined<V, W> row) throws Exception {
            return function.call(row.left(), row.right());
        }
    }
}
