package dev.favilla.pipeline.strict;

import dev.favilla.attempt.TaskScope;
import dev.favilla.serializer.Serializer;
import dev.favilla.value.StableHash;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Strict mode of one context: has attempts watched, and reports what they saw, each thing once for each line of the
 * user's.
 *
 * <p><b>Threads.</b> May be used from any thread.
 */
public final class StrictMode {

    /** Enough for any program that people read the log of. */
    private static final int MOST_REPORTS = 1000;

    private final Serializer serializer;
    private final boolean runsAgain;
    private final Set<String> reported = ConcurrentHashMap.newKeySet();

    /**
     * @param serializer the context's serializer of records
     * @param runsAgain whether a sample of functions runs a second time
     */
    public StrictMode(Serializer serializer, boolean runsAgain) {
        this.serializer = serializer;
        this.runsAgain = runsAgain;
    }

    /**
     * Has the attempt of {@code scope} watched from now on.
     *
     * @param stageId its stage, which chooses the partition that runs again
     * @param partition its partition
     * @param numPartitions how many the stage has
     * @param mayRepeat whether what it computes may be computed again
     */
    public StrictAttempt watch(TaskScope scope, int stageId, int partition, int numPartitions, boolean mayRepeat) {
        long chosen = Math.floorMod(StableHash.mix(stageId), (long) Math.max(1, numPartitions));
        Trace trace = runsAgain && mayRepeat && chosen == partition ? new Trace(serializer, scope, null) : null;
        return StrictAttempt.watch(this, scope, partition, trace);
    }

    Serializer serializer() {
        return serializer;
    }

    /**
     * Warns of something that may be meant.
     *
     * @param operation whose function it is and where, for example {@code map at Report.java:12}
     * @param seen what was seen, in a sentence
     * @param remedy what to change, in sentences
     */
    void report(String operation, String seen, String remedy) {
        if (reported.size() < MOST_REPORTS && reported.add(operation + remedy)) {
            logger().warn("Seen in strict mode: {}: {} {}", operation, seen, remedy);
        }
    }

    /** Asked for only when there is something to say: without a binding the first logger prints a banner. */
    private static Logger logger() {
        return LoggerFactory.getLogger(StrictMode.class);
    }
}
