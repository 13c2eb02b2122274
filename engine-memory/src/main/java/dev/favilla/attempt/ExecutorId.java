package dev.favilla.attempt;

import org.jspecify.annotations.Nullable;

/**
 * Names one life of an executor. A replacement under the same name has another incarnation, so that what is said of the
 * old one is never believed of the new.
 *
 * @param name for example {@code driver} or {@code executor-1}
 * @param incarnation unique in the context, never reused
 */
public record ExecutorId(String name, long incarnation) {

    // By hand: contexts look for it in maps as they open, and making what records do by themselves takes 20 ms then.

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ExecutorId that && incarnation == that.incarnation && name.equals(that.name);
    }

    @Override
    public int hashCode() {
        return 31 * name.hashCode() + Long.hashCode(incarnation);
    }

    @Override
    public String toString() {
        return name + "#" + incarnation;
    }
}
