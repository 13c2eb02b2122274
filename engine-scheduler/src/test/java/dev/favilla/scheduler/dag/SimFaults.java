package dev.favilla.scheduler.dag;

import java.util.SplittableRandom;

/**
 * How rough a simulated world is. All are probabilities per opportunity but the counts.
 *
 * @param failure an attempt's own work throws
 * @param unwanted somebody stops an attempt that the scheduler did not ask to stop, per step
 * @param damage a map output is found damaged
 * @param evict a cached block vanishes, per step
 * @param refusal there is no room for a block
 * @param executorLosses how many executors may be lost
 * @param drains how many executors may be drained
 * @param cancel jobs are cancelled, per step
 * @param slow an attempt takes long
 * @param stubborn an attempt ignores that it is to stop
 * @param nondeterminism a dataset gives other contents each time
 * @param disorder a message overtakes others
 * @param duplicate a message is told twice
 */
record SimFaults(
        double failure,
        double unwanted,
        double damage,
        double evict,
        double refusal,
        int executorLosses,
        int drains,
        double cancel,
        double slow,
        double stubborn,
        double nondeterminism,
        double disorder,
        double duplicate) {

    static final SimFaults NONE = new SimFaults(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    /** Much gets lost, and little comes back as it was. */
    private static final SimFaults SHIFTY = new SimFaults(0, 0, 0.15, 0.05, 0, 5, 1, 0, 0.1, 0, 0.5, 0.2, 0.1);

    /** Any mixture, from calm to rough; one world in three is a shifty one. */
    static SimFaults random(SplittableRandom random) {
        if (random.nextInt(3) == 0) {
            return SHIFTY;
        }
        return new SimFaults(
                pick(random, 0.15),
                pick(random, 0.02),
                pick(random, 0.2),
                pick(random, 0.05),
                pick(random, 0.2),
                random.nextInt(0, 6),
                random.nextInt(0, 3),
                pick(random, 0.02),
                pick(random, 0.4),
                pick(random, 0.2),
                pick(random, 0.6),
                pick(random, 0.5),
                pick(random, 0.3));
    }

    private static double pick(SplittableRandom random, double most) {
        return random.nextBoolean() ? 0 : most * random.nextDouble();
    }

    boolean isCalm() {
        return equals(NONE);
    }
}
