package dev.favilla.pipeline.strict;

import dev.favilla.attempt.TaskScope;
import dev.favilla.digest.ContentDigest;
import dev.favilla.serializer.SerializationException;
import dev.favilla.serializer.Serializer;
import dev.favilla.task.StrictModeException;
import dev.favilla.value.Immutability;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The sampled records that one attempt has handed on: each was written and read back, and is the same when the attempt
 * ends. So many are kept until then, and no more bytes of them than {@value #MOST_KEPT_BYTES}.
 */
final class HandedOn {

    private static final int MOST_KEPT = 256;
    private static final long MOST_KEPT_BYTES = 1 << 20;

    private final TaskScope scope;
    private final RoundTrip trips;
    private final ContentDigest digest;
    private final Immutability.Checker immutable = new Immutability.Checker();
    private final List<Kept> kept = new ArrayList<>();
    private long keptBytes;

    HandedOn(Serializer serializer, TaskScope scope) {
        this.scope = scope;
        this.trips = new RoundTrip(serializer);
        this.digest = new ContentDigest(serializer, scope.attemptId());
    }

    /**
     * Looks at a record that is about to be handed on; returns what is known of it if it could change.
     *
     * @throws StrictModeException if it cannot travel
     */
    @Nullable
    Kept look(Object record, Place place) {
        if (scope.lends()) { // it may be of any size, and goes with the attempt
            return null;
        }
        RoundTrip.Copy copy = travel(record, place);
        if (copy == null || immutable.check(record)) {
            return null;
        }
        if (kept.size() >= MOST_KEPT || keptBytes + copy.bytes() > MOST_KEPT_BYTES) {
            return null;
        }
        keptBytes += copy.bytes();
        Kept known = new Kept(record, place, copy.record(), digest.of(record));
        kept.add(known);
        return known;
    }

    private RoundTrip.@Nullable Copy travel(Object record, Place place) {
        try {
            return trips.of(record);
        } catch (SerializationException e) {
            throw new StrictModeException(
                    place.operation(),
                    "a record that goes to " + place.taker() + " cannot travel: " + e.getMessage(),
                    "On a cluster it would have to go from one executor to another.");
        } catch (RoundTrip.Changed e) {
            throw new StrictModeException(
                    place.operation(),
                    "a record that goes to " + place.taker() + " does not come back equal when it has travelled: a "
                            + e.type() + " has lost something, at " + e.path() + ".",
                    "Look for a transient field that takes part in equals, and for what a constructor or readObject"
                            + " changes; or make the class a record.");
        }
    }

    /** Returns whether a record that was kept is not what it was when it was handed on. */
    boolean hasChanged(Kept known) {
        return digest.of(known.record) != known.before && !RoundTrip.equal(known.record, known.copy);
    }

    /**
     * Looks at all that was kept once more.
     *
     * @throws StrictModeException if one has changed
     */
    void requireUnchanged() {
        for (Kept known : kept) {
            if (hasChanged(known)) {
                throw known.reused ? reused(known) : changed(known);
            }
        }
    }

    private static StrictModeException reused(Kept known) {
        return new StrictModeException(
                known.place.operation(),
                "it hands one object on for several records, and changes it in between; " + known.place.taker()
                        + " would have the last of them several times.",
                "Make a new object for each record, or copy it in a map before it is handed on.");
    }

    private static StrictModeException changed(Kept known) {
        return new StrictModeException(
                known.place.operation(),
                "a " + known.record.getClass().getName() + " was changed after it was handed on to "
                        + known.place.taker() + ": by what has made it, or by what comes after it.",
                "Whoever has it by reference sees the change, and whoever has it as bytes does not. Change records"
                        + " only while you make them: return a changed copy instead, and use no object for more than one"
                        + " record.");
    }

    /**
     * Says who changed a record on its way.
     *
     * @param operation what it has just gone through, and where
     */
    static StrictModeException changedBy(String operation, Kept known) {
        return new StrictModeException(
                operation,
                "it has changed a " + known.record.getClass().getName() + " that " + known.place.operation()
                        + " had handed on to " + known.place.taker() + ".",
                "Whoever has it by reference sees the change, and whoever has it as bytes does not. Return a changed"
                        + " copy instead.");
    }

    /** A record as it was when it was handed on. */
    static final class Kept {

        private final Object record;
        private final Place place;
        private final @Nullable Object copy;
        private final long before;

        /** Whether the same object was handed on again. */
        private boolean reused;

        private Kept(Object record, Place place, @Nullable Object copy, long before) {
            this.record = record;
            this.place = place;
            this.copy = copy;
            this.before = before;
        }

        /** Notes that an object was handed on; this one again, perhaps. */
        void handedOn(@Nullable Object next) {
            reused |= next == record;
        }
    }
}
