package dev.favilla.pipeline;

import dev.favilla.attempt.TaskScope;
import dev.favilla.lineage.Sink;
import dev.favilla.lineage.TaskInputs;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A bounded number of fused operators: what enters is pushed through all of them in one call, and leaves into a target
 * that may be another for each step.
 *
 * <p>The segment looks at the kill flag for each record that enters or leaves; these looks cost next to nothing, since
 * the place where a source pushes sees no other class than this entry.
 */
final class PushSegment {

    private final TaskScope scope;
    private final List<TeeSink> tees;
    private final Exit exit;
    private final Sink operators;
    private final Sink entry;
    private boolean refused;
    private boolean ended;

    /**
     * @param steps the operators, the one nearest to the source first
     */
    PushSegment(List<Step.Push> steps, TaskInputs inputs) throws Exception {
        this.scope = inputs.scope();
        this.exit = new Exit(scope);
        this.tees = new ArrayList<>(0);
        Sink sink = exit;
        for (int i = steps.size() - 1; i >= 0; i--) {
            sink = steps.get(i).over(sink, inputs);
            if (sink instanceof TeeSink tee) {
                tees.add(tee); // the one nearest to the exit first
            }
        }
        this.operators = sink;
        this.entry = sink == exit ? exit : new Entry();
    }

    /** Returns where records enter. It wants none once the segment has ended. */
    Sink entry() {
        return entry;
    }

    /** Says where records go that leave from now on. */
    void leaveTo(Sink target) {
        exit.target = target;
    }

    /** Returns whether the target has said that it wants no more. */
    boolean isExitShut() {
        return exit.shut;
    }

    boolean isEnded() {
        return ended;
    }

    /**
     * Says that no record that leaves is wanted. Ends the segment, unless a block in it is being cached: then what is
     * above that block is not run any more, and the segment goes on taking records.
     */
    void shutExit() throws Exception {
        exit.shut = true;
        for (TeeSink tee : tees) {
            if (tee.isCollecting()) {
                tee.collectOnly();
                return;
            }
        }
        end();
    }

    /** Says that no more records enter. Only the first call does anything. */
    void end() throws Exception {
        if (!ended) {
            ended = true;
            operators.end();
        }
    }

    private final class Entry extends Sink {

        @Override
        public boolean push(@Nullable Object record) throws Exception {
            scope.checkKilled();
            if (refused || ended) {
                return false;
            }
            if (operators.push(record)) {
                return true;
            }
            refused = true;
            return false;
        }
    }

    /** Passes on until the target wants no more. Whoever drives the pipeline ends the target, not the operators. */
    private static final class Exit extends Sink {

        private final TaskScope scope;
        private @Nullable Sink target;
        private boolean shut;

        Exit(TaskScope scope) {
            this.scope = scope;
        }

        @Override
        public boolean push(@Nullable Object record) throws Exception {
            if (shut || target == null) {
                return false;
            }
            scope.checkKilled();
            if (target.push(record)) {
                return true;
            }
            shut = true;
            return false;
        }
    }
}
