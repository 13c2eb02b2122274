package dev.favilla.scheduler.executor;

import dev.favilla.fault.FaultInjector;
import dev.favilla.fault.FaultPoint;
import dev.favilla.fault.FaultSite;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * What goes wrong within the attempts of a simulated world, and what happens elsewhere meanwhile.
 *
 * <p>One generator for all draws: on the simulator's thread the order of sites is part of the seed.
 */
final class WorldFaults implements FaultInjector {

    /**
     * How rough it is. All are probabilities.
     *
     * @param error an attempt fails, per site
     * @param fetch a map output cannot be read, per map output and reader
     * @param miss a cached block is not found, per look
     * @param damage a bit is flipped, per block that is read as bytes
     * @param meanwhile something else happens while the attempt is at a site
     */
    record Rates(double error, double fetch, double miss, double damage, double meanwhile) {

        static final Rates NONE = new Rates(0, 0, 0, 0, 0);

        static Rates random(SplittableRandom random) {
            return new Rates(
                    pick(random, 0.05), pick(random, 0.2), pick(random, 0.3), pick(random, 0.2), pick(random, 0.3));
        }

        private static double pick(SplittableRandom random, double most) {
            return random.nextInt(3) == 0 ? 0 : most * random.nextDouble();
        }
    }

    private record Task(int stageId, int partition) {}

    private final SplittableRandom random;
    private final Rates rates;
    private final Runnable meanwhile;
    private final Map<Task, Integer> errors = new HashMap<>();
    private boolean over;
    private int count;

    /** @param meanwhile has something else happen */
    WorldFaults(SplittableRandom random, Rates rates, Runnable meanwhile) {
        this.random = random;
        this.rates = rates;
        this.meanwhile = meanwhile;
    }

    /** Does no more. */
    void end() {
        over = true;
    }

    /** Returns how often something was done. */
    int count() {
        return count;
    }

    /** Returns how many attempts at a partition of a stage were made to fail. */
    int errorsOf(int stageId, int partition) {
        return errors.getOrDefault(new Task(stageId, partition), 0);
    }

    private boolean happens(double probability) {
        boolean happens = !over && random.nextDouble() < probability;
        if (happens) {
            count++;
        }
        return happens;
    }

    @Override
    public void reach(FaultPoint point) throws IOException {
        if (happens(rates.meanwhile())) {
            meanwhile.run();
        }
        if (point.site() == FaultSite.FETCH || point.site() == FaultSite.CACHE_READ) {
            if (happens(point.site() == FaultSite.FETCH ? rates.fetch() : rates.miss())) {
                throw new IOException("on purpose, at " + point);
            }
        } else if (happens(rates.error())) {
            errors.merge(new Task(point.stageId(), point.partition()), 1, Integer::sum);
            throw new IOException("on purpose, at " + point);
        }
    }

    @Override
    public byte[] bytes(FaultPoint point, byte[] frame) {
        if (frame.length == 0 || !happens(rates.damage())) {
            return frame;
        }
        byte[] damaged = frame.clone();
        damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
        return damaged;
    }
}
