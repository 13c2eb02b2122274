package dev.favilla.attempt;

/**
 * Names one life of an executor. A replacement under the same name has another incarnation, so that what is said of the
 * old one is never believed of the new.
 *
 * @param name for example {@code driver} or {@code executor-1}
 * @param incarnation unique in the context, never reused
 */
public record ExecutorId(String name, long incarnation) {

    @Override
    public String toString() {
        return name + "#" + incarnation;
    }
}
