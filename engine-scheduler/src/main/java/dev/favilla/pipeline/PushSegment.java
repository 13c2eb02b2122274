package dev.favilla.pipeline;

import dev.favilla.closure.ClassRecipe;
import dev.favilla.lineage.Sink;
import dev.favilla.lineage.TaskInputs;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A bounded number of fused operators: what enters is pushed through all of them in one call, and leaves into a target
 * that may be another for each step.
 *
 * <p>The segment looks at the kill flag for each record that enters; operators that make many records of one look for
 * themselves.
 */
final class PushSegment {

    private static final Sink[] NONE = {};

    /** Where partitions are being cached, the one nearest to the exit first. */
    private final List<TeeSink> tees;

    /** One for each operator that does anything, the one nearest to the source first. */
    private final Sink[] operators;

    private SegmentExit exit;
    private SegmentEntry entry;
    private boolean ended;

    /**
     * @param steps the operators, the one nearest to the source first
     */
    PushSegment(List<Step.Push> steps, TaskInputs inputs) throws Exception {
        this.exit = new SegmentExit.Open();
        Sink[] sinks = steps.isEmpty() ? NONE : new Sink[steps.size()];
        List<TeeSink> collecting = null;
        int first = sinks.length;
        Sink sink = exit;
        for (int i = steps.size() - 1; i >= 0; i--) {
            Sink over = steps.get(i).over(sink, inputs);
            if (over == sink) {
                continue; // nothing is to be done
            }
            sink = over;
            sinks[--first] = sink;
            if (sink instanceof TeeSink tee) {
                collecting = collecting == null ? new ArrayList<>(1) : collecting;
                collecting.add(tee);
            }
        }
        this.tees = collecting == null ? List.of() : collecting;
        this.operators = first == 0 ? sinks : Arrays.copyOfRange(sinks, first, sinks.length);
        this.entry = operators.length == 0
                ? new SegmentEntry.ToExit(exit, inputs.scope())
                : new SegmentEntry.ToOperators(sink, inputs.scope());
    }

    /** Returns where records enter during the next step. It wants none once the segment has ended. */
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
            entry.shut = true;
            first().end();
        }
    }

    private Sink first() {
        return operators.length == 0 ? exit : operators[0];
    }

    /** Returns what its sinks are made of, in the order of records; null where one cannot be made again. */
    List<@Nullable ClassRecipe> recipes() {
        List<@Nullable ClassRecipe> recipes = new ArrayList<>(operators.length + 2);
        recipes.add(entry.own());
        for (Sink operator : operators) {
            recipes.add(operator.recipe());
        }
        recipes.add(exit.own());
        return recipes;
    }

    /**
     * Goes on, between two steps, with sinks of classes of their own. Operators that cannot be made again stay; where one
     * does not even pass on to another sink, only those before it change.
     *
     * @param sinks makes those that {@link #recipes} told of
     */
    void goOnWith(SinkMaker sinks) {
        Sink[] others = operators.clone();
        int changing = 0;
        while (changing < operators.length && canChange(changing)) {
            changing++;
        }
        SegmentExit otherExit = exit;
        if (changing == operators.length) {
            otherExit = (SegmentExit) sinks.make(operators.length + 1, exit.own(), exit, exit);
            otherExit.target = exit.target;
            otherExit.shut = exit.shut;
        }
        Sink downstream = changing == operators.length ? otherExit : operators[changing];
        for (int i = changing - 1; i >= 0; i--) {
            ClassRecipe recipe = operators[i].recipe();
            if (recipe != null) {
                others[i] = sinks.make(i + 1, recipe, after(i), downstream);
            } else {
                others[i].passOnTo(downstream);
            }
            downstream = others[i];
        }
        SegmentEntry otherEntry = (SegmentEntry) sinks.make(0, entry.own(), first(), downstream);
        otherEntry.shut = entry.shut;
        System.arraycopy(others, 0, operators, 0, others.length);
        exit = otherExit;
        entry = otherEntry;
    }

    private boolean canChange(int i) {
        return operators[i].recipe() != null || operators[i].passOnTo(after(i));
    }

    private Sink after(int i) {
        return i + 1 < operators.length ? operators[i + 1] : exit;
    }

    /** Makes sinks of classes of their own. */
    interface SinkMaker {

        /**
         * Returns a sink that does as another.
         *
         * @param place of the recipe among the segment's
         * @param recipe what the other is made of
         * @param was what the other passes on to
         * @param downstream what this one is to pass on to
         */
        Sink make(int place, ClassRecipe recipe, Sink was, Sink downstream);
    }
}
