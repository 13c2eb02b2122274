package dev.favilla.scheduler.dag;

import dev.favilla.job.JobProperties;
import dev.favilla.job.PoolMode;
import dev.favilla.job.PoolSpec;
import dev.favilla.scheduler.RetryPolicy;
import dev.favilla.scheduler.SchedulingPolicy;
import dev.favilla.scheduler.SpeculationPolicy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What users of a world set, at random. */
final class SimSettings {

    static final List<String> NAMES = List.of("red", "green", "blue");

    private SimSettings() {}

    static RetryPolicy retries(SimChance chance) {
        if (chance.faults().isCalm()) {
            return new RetryPolicy(1, 1, 1);
        }
        return chance.oneIn(4)
                ? new RetryPolicy(chance.between(1, 4), chance.between(1, 4), chance.between(1, 30))
                : new RetryPolicy(20, 20, 200);
    }

    static SchedulingPolicy scheduling(SimChance chance) {
        boolean calm = chance.faults().isCalm();
        return new SchedulingPolicy(
                chance.oneIn(2) ? PoolMode.FIFO : PoolMode.FAIR,
                List.of(
                        new PoolSpec("red", mode(chance), chance.between(1, 4), chance.below(3)),
                        new PoolSpec("green", mode(chance), 1, chance.below(2))),
                chance.oneIn(4) ? Duration.ZERO : chance.millis(1, 60),
                speculation(chance),
                chance.millis(0, 300),
                chance.millis(0, 300),
                chance.millis(calm || !chance.oneIn(4) ? 20_000 : 100, 30_000),
                !calm && chance.oneIn(12) ? chance.between(1, 300) : 1L << 30);
    }

    private static PoolMode mode(SimChance chance) {
        return chance.oneIn(2) ? PoolMode.FIFO : PoolMode.FAIR;
    }

    private static SpeculationPolicy speculation(SimChance chance) {
        if (chance.oneIn(2)) {
            return SpeculationPolicy.OFF;
        }
        return new SpeculationPolicy(
                true,
                chance.millis(1, 100),
                1 + chance.below(30) / 10.0,
                chance.between(1, 10) / 10.0,
                chance.millis(0, 60));
    }

    static JobProperties job(SimChance chance) {
        @Nullable String group = chance.oneIn(2) ? chance.oneOf(NAMES) : null;
        Set<String> tags = chance.oneIn(3) ? Set.of(chance.oneOf(NAMES)) : Set.of();
        Map<String, String> local = chance.oneIn(2) ? Map.of(JobProperties.POOL, chance.oneOf(NAMES)) : Map.of();
        @Nullable Duration deadline = !chance.faults().isCalm() && chance.oneIn(10) ? chance.millis(1, 3000) : null;
        return new JobProperties(group, "", tags, chance.oneIn(3), deadline, local);
    }
}
