package dev.favilla.pipeline;

import dev.favilla.lineage.Sink;
import dev.favilla.lineage.TaskInputs;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A chain of push operators over the cursor below it.
 *
 * <p>Up to {@value #FUSED_OPERATORS} operators are one segment, fused: a record runs through all of them in one nested
 * call. A longer chain is cut into segments with a buffer between each two; a step drives the cursor below through the
 * first segment into its buffer, empties that through the second, and so on, in a loop. So the stack is never deeper
 * than one segment, however long the chain is; the price is that a step computes up to its number of records in all
 * lower segments before the topmost sees one.
 *
 * <p><b>Failures.</b> What an operator throws reaches the caller untouched, and again if the cursor is driven once
 * more: a chain that lost a record in the middle must not end as if it had none.
 */
final class PushCursor implements PipelineCursor {

    /** Keeps the stack of a fused chain, two frames an operator, well inside the smallest default of 512 KiB. */
    static final int FUSED_OPERATORS = 256;

    private static final RecordBuffer[] NO_BUFFERS = {};

    private final PipelineCursor below;
    private final PushSegment[] segments;
    private final RecordBuffer[] buffers;
    private final boolean multiplies;
    private final boolean reuses;
    private final Specialiser specialiser;
    private @Nullable Throwable failure;
    private boolean done;

    /**
     * @param steps the operators, the one nearest to the source first; may be empty
     * @param code classes of their own; a chain of several segments does without
     */
    PushCursor(PipelineCursor below, List<Step.Push> steps, TaskInputs inputs, CodeCache code) throws Exception {
        this.below = below;
        this.segments = cut(steps, inputs);
        this.buffers = segments.length == 1 ? NO_BUFFERS : new RecordBuffer[segments.length - 1];
        for (int i = 0; i < buffers.length; i++) {
            buffers[i] = new RecordBuffer();
            segments[i].leaveTo(new OwnRecords(buffers[i], inputs.scope()));
        }
        boolean several = below.multiplies();
        boolean again = below.mayReuse();
        for (Step.Push step : steps) {
            several |= step.multiplies();
            again |= step.mayReuse();
        }
        this.multiplies = several;
        this.reuses = again;
        this.specialiser = new Specialiser(segments.length == 1 ? code : CodeCache.NONE, below, segments[0]);
    }

    private static PushSegment[] cut(List<Step.Push> steps, TaskInputs inputs) throws Exception {
        if (steps.size() <= FUSED_OPERATORS) {
            return new PushSegment[] {new PushSegment(steps, inputs)};
        }
        List<PushSegment> cut = new ArrayList<>();
        for (int from = 0; from < steps.size(); from += FUSED_OPERATORS) {
            int to = Math.min(steps.size(), from + FUSED_OPERATORS);
            cut.add(new PushSegment(steps.subList(from, to), inputs));
        }
        return cut.toArray(new PushSegment[0]);
    }

    @Override
    public boolean drive(Sink sink, int max) throws Exception {
        if (done) {
            return false;
        }
        rethrow();
        try {
            Sink target = specialiser.before(sink, max);
            top().leaveTo(target);
            step(max);
            if (top().isExitShut()) {
                finishSegments();
            }
            return !done;
        } catch (Throwable t) { // also an Error leaves the chain with a record half way
            failure = t;
            throw t;
        }
    }

    @Override
    public boolean multiplies() {
        return multiplies;
    }

    @Override
    public boolean mayReuse() {
        return reuses;
    }

    @Override
    public void finish() throws Exception {
        if (done) {
            return;
        }
        rethrow();
        try {
            finishSegments();
        } catch (Throwable t) {
            failure = t;
            throw t;
        }
    }

    @Override
    public void close() {
        done = true;
        below.close();
    }

    private void finishSegments() throws Exception {
        if (!top().isEnded()) {
            top().shutExit();
        }
        settle();
        while (!done) {
            step(LARGEST_STEP);
        }
    }

    private void step(int max) throws Exception {
        if (!below.drive(segments[0].entry(), max)) {
            segments[0].end();
        }
        for (int i = 1; i < segments.length; i++) {
            feed(segments[i], buffers[i - 1]);
            if (segments[i - 1].isEnded()) {
                segments[i].end();
            }
        }
        settle();
    }

    private static void feed(PushSegment segment, RecordBuffer buffer) throws Exception {
        while (buffer.hasNext()) {
            if (!segment.entry().push(buffer.next())) {
                segment.end();
                buffer.clear();
            }
        }
    }

    /** Tells the segments below one that wants no more, and the cursor below all once no segment wants any. */
    private void settle() throws Exception {
        for (int i = segments.length - 1; i > 0; i--) {
            if (segments[i].isEnded() && !segments[i - 1].isEnded()) {
                segments[i - 1].shutExit();
            }
        }
        if (segments[0].isEnded()) {
            done = true;
            below.finish();
        }
    }

    private PushSegment top() {
        return segments[segments.length - 1];
    }

    private void rethrow() throws Exception {
        if (failure instanceof Error error) {
            throw error;
        }
        if (failure instanceof Exception exception) {
            throw exception;
        }
    }
}
