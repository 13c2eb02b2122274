package dev.favilla.benchmarks.hand;

/**
 * What one thread can do alone, with the same tables as two: the measure of whether a parallel engine is worth having.
 */
public final class SingleContestant extends PrimitiveContestant {

    /** @param threads ignored */
    public SingleContestant(int threads) {
        super(1);
    }
}
