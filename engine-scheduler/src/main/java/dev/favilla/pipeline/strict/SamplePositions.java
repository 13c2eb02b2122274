package dev.favilla.pipeline.strict;

import java.util.SplittableRandom;

/** Which records are looked at: the first, and then ever fewer, by chance and the same every run. */
final class SamplePositions {

    private static final int MOST = 64;
    private static final int FIRST_GAP = 8;
    private static final int TAKEN_PER_GAP = 4;

    private final SplittableRandom random;
    private int taken;
    private int gap = FIRST_GAP;

    SamplePositions(long seed) {
        this.random = new SplittableRandom(seed);
    }

    /** Returns how many records to let pass after one was taken; {@link Long#MAX_VALUE} if no more are. */
    long pass() {
        taken++;
        if (taken >= MOST) {
            return Long.MAX_VALUE;
        }
        if (taken % TAKEN_PER_GAP == 0) {
            gap *= 2;
        }
        return random.nextInt(gap);
    }
}
