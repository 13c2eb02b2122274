package dev.favilla.pipeline;

import dev.favilla.lineage.DatasetPartition;
import dev.favilla.pipeline.strict.Place;
import dev.favilla.pipeline.strict.StrictAttempt;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Puts what strict mode looks at between the steps of a pipeline. */
final class Watching {

    /** In a longer chain only its source is looked at, and where records are handed on. */
    private static final int MOST_STEPS = 64;

    private Watching() {}

    /**
     * Returns the steps with onlookers between them.
     *
     * @param steps the one nearest to the source first
     * @param source what the steps begin with
     * @param cached whether that is read from the cache, where others will read it, too
     */
    static List<Step> between(Collection<Step> steps, DatasetPartition source, boolean cached, StrictAttempt strict) {
        List<Step> watched = new ArrayList<>(2 * steps.size() + 2);
        if (cached) {
            watched.add(new Step.Watched(sink -> strict.handingOn(Place.cached(source.dataset()), sink)));
        }
        watched.add(behind(source, strict));
        boolean each = steps.size() <= MOST_STEPS;
        for (Step step : steps) {
            if (step instanceof Step.Tee tee) {
                watched.add(new Step.Watched(sink -> strict.handingOn(Place.kept(tee.dataset()), sink)));
                watched.add(step);
                continue;
            }
            watched.add(step);
            if (!isRepeatable(step)) {
                strict.runsOnce();
            }
            if (each) {
                watched.add(behind(resultOf(step), strict));
            }
        }
        return watched;
    }

    private static Step behind(DatasetPartition made, StrictAttempt strict) {
        return new Step.Watched(sink -> strict.behind(made, sink));
    }

    private static boolean isRepeatable(Step step) {
        return step instanceof Step.Fused fused
                ? fused.operator().isRepeatable()
                : ((Step.Pull) step).operator().isRepeatable();
    }

    private static DatasetPartition resultOf(Step step) {
        return step instanceof Step.Fused fused ? fused.result() : ((Step.Pull) step).result();
    }
}
