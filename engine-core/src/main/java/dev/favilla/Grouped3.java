package dev.favilla;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * The values of a key in each of three datasets, in the order of their partitions; none where the key is not there. They
 * can be read repeatedly: they are lists, unless those of one key do not fit in memory. Then they are read from local disk
 * as long as the task runs.
 *
 * @param first those of the first
 * @param second those of the second
 * @param third those of the third
 */
public record Grouped3<A extends @Nullable Object, B extends @Nullable Object, C extends @Nullable Object>(
        Iterable<A> first, Iterable<B> second, Iterable<C> third) implements Serializable {}
