package dev.favilla.pipeline;

import dev.favilla.attempt.TaskScope;
import dev.favilla.lineage.Cursor;
import dev.favilla.value.Immutability;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * A cursor's records as a lazy iterator, for user code that pulls.
 *
 * <p>Nothing is computed before the first record is asked for. Then steps grow: 1 record, 2, 4, and so on up to
 * {@value Cursor#LARGEST_STEP}, so that whoever asks for one record computes one, and never more than twice
 * what was asked for. Where an operator makes many records of one, all of them wait in the buffer.
 *
 * <p>Records that could be changed come one by one: what makes them may use one object for all of them, and one that
 * waited in the buffer would have turned into the next. So do records with nulls, which do not tell what comes in
 * their place. One that has to wait all the same, after others that could not be changed or where an operator makes many
 * records of one, is copied, unless what makes it is known to use no object twice.
 *
 * <p><b>Failures.</b> What the pipeline below throws comes out untouched, checked or not: it belongs to another
 * function of the user than the one that pulls.
 */
final class PulledRecords implements Iterator<@Nullable Object> {

    private final PipelineCursor below;
    private final TaskScope scope;
    private final RecordBuffer buffer = new RecordBuffer();
    private final Immutability.Checker immutable = new Immutability.Checker();

    /** Takes the records of a step in which one may wait while the next is made, perhaps of the same object; made then. */
    private @Nullable OwnRecords several;

    /** Whether it is known that no object is used for two records. */
    private final boolean apart;

    private int step = 1;
    private boolean exhausted;

    PulledRecords(PipelineCursor below, TaskScope scope) {
        this.below = below;
        this.scope = scope;
        this.apart = !below.multiplies() && !below.mayReuse();
    }

    @Override
    public boolean hasNext() {
        if (buffer.hasNext()) {
            return true;
        }
        scope.checkKilled();
        try {
            fill();
        } catch (Exception e) {
            throw Rethrow.rethrow(e);
        }
        return buffer.hasNext();
    }

    private void fill() throws Exception {
        while (!exhausted && !buffer.hasNext()) {
            boolean alone = step == 1 && !below.multiplies();
            exhausted = !below.drive(alone || apart ? buffer : several(), step);
            if (buffer.hasNext()) {
                step = immutable.checkWithoutGaps(buffer.last()) ? Math.min(2 * step, Cursor.LARGEST_STEP) : 1;
            }
        }
    }

    private OwnRecords several() {
        OwnRecords made = several;
        if (made == null) {
            made = new OwnRecords(buffer, scope);
            several = made;
        }
        return made;
    }

    @Override
    public @Nullable Object next() {
        if (!hasNext()) {
            throw new NoSuchElementException("No more records: hasNext() is false.");
        }
        return buffer.next();
    }

    /** Hands out nothing more. */
    void shut() {
        exhausted = true;
        buffer.clear();
    }
}
