package dev.favilla.pipeline.strict;

import dev.favilla.attempt.TaskScope;
import dev.favilla.lineage.Cursor;
import dev.favilla.lineage.DatasetPartition;
import dev.favilla.lineage.EntryExtractor;
import dev.favilla.lineage.ErrorText;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.PreparedPartitioner;
import dev.favilla.lineage.ShuffleDependency;
import dev.favilla.lineage.Sink;
import dev.favilla.lineage.UserCodeException;
import dev.favilla.shuffle.Partitioner;
import dev.favilla.shuffle.RangePartitioner;
import dev.favilla.shuffle.TaskPartitioner;
import dev.favilla.task.StrictModeException;
import dev.favilla.value.StableHash;
import dev.favilla.value.UnsupportedKeyException;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What strict mode sees of one attempt, from between its operators and around its functions.
 *
 * <p>What is refused is kept, too: user code on the way may catch it, and the attempt fails all the same.
 *
 * <p><b>Threads.</b> Belongs to its attempt.
 */
public final class StrictAttempt {

    private final StrictMode mode;
    private final TaskScope scope;
    private final int partition;
    private final HandedOn handedOn;
    private final GivenFunctions functions;
    private final @Nullable Trace trace;

    /** Whether something was met that must not be done twice. */
    private boolean once;

    private HandedOn.@Nullable Kept underWay;
    private @Nullable StrictModeException refusal;

    /** What this attempt caches on the way; in a second run, what the first has cached. */
    private final Set<DatasetPartition> built;

    private StrictAttempt(
            StrictMode mode, TaskScope scope, int partition, @Nullable Trace trace, Set<DatasetPartition> built) {
        this.mode = mode;
        this.scope = scope;
        this.partition = partition;
        this.trace = trace;
        this.built = built;
        this.handedOn = new HandedOn(mode.serializer(), scope);
        this.functions = new GivenFunctions(mode, this, scope);
    }

    /** @param trace null if what operators make is not looked at */
    static StrictAttempt watch(StrictMode mode, TaskScope scope, int partition, @Nullable Trace trace) {
        return new StrictAttempt(mode, scope, partition, trace, new HashSet<>()).attached();
    }

    private StrictAttempt attached() {
        scope.attachment(StrictAttempt.class, StrictAttempt.class, () -> this);
        scope.observeFunctions(functions);
        return this;
    }

    /** Returns what watches the attempt of {@code scope}; null where strict mode is off. */
    public static @Nullable StrictAttempt of(TaskScope scope) {
        return scope.kept(StrictAttempt.class, StrictAttempt.class);
    }

    // ---------------------------------------------------------------- while pipelines are assembled

    private boolean isSecondRun() {
        return trace != null && trace.isSecond();
    }

    /** Says that a partition is about to be cached on the way; returns false in a second run, which leaves nothing behind. */
    public boolean builds(DatasetPartition made) {
        if (isSecondRun()) {
            return false;
        }
        built.add(made);
        return true;
    }

    /** Returns whether a partition is to be computed, although it may be cached by now: by the first run. */
    public boolean makesAgain(DatasetPartition made) {
        return isSecondRun() && built.contains(made);
    }

    /** Says that what is being assembled must not be done twice. */
    public void runsOnce() {
        once = true;
    }

    /** Returns a sink that looks at records on their way to {@code downstream}, which keeps or sends them. */
    public Sink handingOn(Place place, Sink downstream) {
        if (isSecondRun()) {
            return downstream;
        }
        return new WatchingSink(
                this, place, downstream, StableHash.mix(place.dataset().id()) + partition);
    }

    /** As {@link #handingOn(Place, Sink)}, for an action that is given a cursor. */
    public Cursor handingOn(Place place, Cursor records) {
        return new WatchedCursor(records, place, this);
    }

    /** As {@link #handingOn(Place, Sink)}, to a shuffle, which looks at keys. */
    public Sink shuffling(ShuffleDependency dependency, Sink writer) {
        Place place = Place.shuffled(dependency.parent());
        return handingOn(place, isByKey(dependency) ? new KeyChecks(place, dependency.entries(), writer) : writer);
    }

    /** Where keys are only put in an order, they need not be equal to anything. */
    private static boolean isByKey(ShuffleDependency dependency) {
        Partitioner partitioner = dependency.spec().partitioner();
        return dependency.spec().aggregator().isPresent()
                || !(partitioner instanceof RangePartitioner
                        || partitioner instanceof TaskPartitioner
                        || partitioner instanceof PreparedPartitioner);
    }

    /** Returns a sink behind the operator that makes {@code made}. */
    public Sink behind(DatasetPartition made, Sink downstream) {
        Trace traced = trace;
        return new PassingSink(this, made.dataset(), traced == null ? null : traced.line(made), downstream);
    }

    // ---------------------------------------------------------------- while records are on their way

    HandedOn.@Nullable Kept look(Object record, Place place) {
        try {
            return handedOn.look(record, place);
        } catch (StrictModeException e) {
            throw refused(e);
        }
    }

    /** Says which record goes through the operators now that others have, too; null if none does. */
    void underWay(HandedOn.@Nullable Kept kept) {
        underWay = kept;
    }

    /** Says that the record on its way has left the operator that makes {@code dataset}. */
    void passed(LineageNode dataset) {
        HandedOn.Kept kept = underWay;
        if (kept != null && handedOn.hasChanged(kept)) {
            throw refused(HandedOn.changedBy(dataset.callSite().toString(), kept));
        }
    }

    StrictModeException refused(String operation, String seen, String remedy) {
        return refused(new StrictModeException(operation, seen, remedy));
    }

    private StrictModeException refused(StrictModeException refused) {
        if (refusal == null) {
            refusal = refused;
        }
        return refused;
    }

    // ---------------------------------------------------------------- at the end

    /**
     * Throws what was refused, if anything was: whatever became of the exception on its way.
     *
     * @throws StrictModeException if anything was refused
     */
    public void requireNothingRefused() {
        StrictModeException first = refusal;
        if (first != null) {
            throw first;
        }
    }

    /**
     * Looks once more at what was handed on and at what functions capture, when all work is done.
     *
     * @throws StrictModeException if anything was refused, or a record has changed
     */
    public void finish() {
        requireNothingRefused();
        handedOn.requireUnchanged();
        functions.reportWrites();
    }

    /** Returns whether what this attempt has done is to be done again, to see whether the same comes out. */
    public boolean isToRunAgain() {
        return trace != null && !trace.isSecond() && !once;
    }

    /** Has the second run of this attempt, of {@code again}, watched. */
    public StrictAttempt watchAgain(TaskScope again) {
        Trace second = new Trace(mode.serializer(), again, trace);
        return new StrictAttempt(mode, again, partition, second, built).attached();
    }

    /**
     * Reports where the second run has made other records than this one.
     *
     * @param second what watched the second run
     * @param failure what it threw; null if it came to its end
     */
    public void compare(StrictAttempt second, @Nullable Throwable failure) {
        if (trace == null || second.trace == null) {
            return;
        }
        Trace.Difference difference = trace.differenceFrom(second.trace, failure == null, !built.isEmpty())
                .orElse(null);
        if (difference != null) {
            mode.report(
                    difference.made().dataset().callSite().toString(),
                    "run again on the same input, it has made other records: record " + (difference.record() + 1)
                            + " of partition " + difference.made().number() + " was another or missing.",
                    "On a cluster, and here after a loss, any task may run again, and its results must not change by that."
                            + " Give random numbers a seed that depends on the record or the partition, take times and ids"
                            + " from the input, and keep nothing in static fields from one call to the next.");
        } else if (failure instanceof UserCodeException user
                && !second.trace.isStopped()
                && isOfUser(user.getCause())) {
            mode.report(
                    user.operation(),
                    "run again on the same input, it has failed: " + ErrorText.of(user.getCause()) + ".",
                    "On a cluster, and here after a loss, any task may run again, also on the executor where it ran"
                            + " before. Open and close in the function what it uses, and keep nothing in static fields.");
        }
    }

    /** What the engine throws through user code, for want of memory or because it is told to stop, says nothing of it. */
    private static boolean isOfUser(@Nullable Throwable cause) {
        return cause instanceof Exception && !cause.getClass().getName().startsWith("dev.favilla.");
    }

    /** Refuses keys that would not meet. */
    private final class KeyChecks extends Sink {

        private final Place place;
        private final EntryExtractor entries;
        private final Sink writer;

        KeyChecks(Place place, EntryExtractor entries, Sink writer) {
            this.place = place;
            this.entries = entries;
            this.writer = writer;
        }

        @Override
        public boolean push(@Nullable Object record) throws Exception {
            boolean more = writer.push(record); // who asks for hashes refuses such keys in any mode
            try {
                StableHash.requireKey(entries.key(record));
            } catch (UnsupportedKeyException e) {
                throw refused(
                        place.operation(), "keys that go to a shuffle would not meet.", String.valueOf(e.getMessage()));
            }
            return more;
        }

        @Override
        public void end() throws Exception {
            writer.end();
        }
    }
}
