package dev.favilla.scheduler.executor;

import dev.favilla.attempt.TaskScope;
import dev.favilla.closure.ClassRecipe;
import dev.favilla.fault.FaultSite;
import dev.favilla.lineage.Action;
import dev.favilla.lineage.Cursor;
import dev.favilla.lineage.EntryExtractor;
import dev.favilla.lineage.ShuffleDependency;
import dev.favilla.lineage.Sink;
import dev.favilla.pipeline.PipelineBuilder;
import dev.favilla.pipeline.strict.StrictAttempt;
import dev.favilla.scheduler.TaskSpec;
import dev.favilla.scheduler.TaskWork;
import dev.favilla.serializer.RecordCopier;
import dev.favilla.serializer.SerializationException;
import dev.favilla.shuffle.MapOutput;
import dev.favilla.shuffle.ShuffleManager;
import dev.favilla.shuffle.ShuffleWriter;
import java.lang.invoke.MethodHandles;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Does what an attempt is there for. Used once, by the attempt's thread. */
final class AttemptWork {

    private final TaskSpec spec;
    private final TaskScope scope;
    private final ShuffleManager shuffles;
    private final PipelineBuilder pipelines;
    private @Nullable MapOutput committed;

    AttemptWork(TaskSpec spec, TaskScope scope, ShuffleManager shuffles, PipelineBuilder pipelines) {
        this.spec = spec;
        this.scope = scope;
        this.shuffles = shuffles;
        this.pipelines = pipelines;
    }

    /** Returns the map output, the staged result or the merged result. */
    Done run() throws Exception {
        TaskWork work = spec.work();
        if (work instanceof TaskWork.WriteShuffle write) {
            return new Done(writeShuffle(write.dependency()), 0);
        }
        if (work instanceof TaskWork.RunAction run) {
            return runAction(run);
        }
        if (work instanceof TaskWork.MergeResults merge) {
            Object result = merge.action().mergeInSlot(merge.staged(), scope);
            reach(FaultSite.TASK_END, "");
            return new Done(result, 0);
        }
        throw new IllegalStateException("Nobody knows how to do " + work);
    }

    /** Returns the map output this attempt has made readable, if it came that far. */
    Optional<MapOutput> committed() {
        return Optional.ofNullable(committed);
    }

    private MapOutput writeShuffle(ShuffleDependency dependency) throws Exception {
        Cursor records = pipelines.open(dependency.parent(), spec.partition());
        try (ShuffleWriter writer = shuffles.writer(dependency.spec(), spec.partition(), scope)) {
            Sink entries = new EntryWriter(dependency, dependency.entries(), writer);
            StrictAttempt strict = StrictAttempt.of(scope);
            pipelines.drive(records, strict == null ? entries : strict.shuffling(dependency, entries));
            pipelines.finish();
            reach(FaultSite.TASK_END, "");
            MapOutput output = commit(dependency, writer);
            committed = output;
            reach(FaultSite.OUTPUT_COMMITTED, "shuffle_" + dependency.shuffleId() + "_" + spec.partition());
            return output;
        }
    }

    private static MapOutput commit(ShuffleDependency dependency, ShuffleWriter writer) throws Exception {
        try {
            return writer.commit();
        } catch (SerializationException e) { // what was combined is written only now
            throw e.during(sending(dependency));
        }
    }

    private static String sending(ShuffleDependency dependency) {
        return "Sending the records of " + dependency.parent() + " through a shuffle";
    }

    private Done runAction(TaskWork.RunAction work) throws Exception {
        Action action = work.action();
        Cursor records = pipelines.openFor(action, work.target(), spec.partition());
        Object result = lasting(action.run(records, scope));
        pipelines.finish();
        reach(FaultSite.TASK_END, "");
        return new Done(result, action.resultBytes(result));
    }

    /** Returns a result that does not refer to what goes with the attempt. */
    private @Nullable Object lasting(@Nullable Object result) {
        return scope.lends() ? RecordCopier.of(scope).isolate(result) : result;
    }

    /** A kill that comes while a test kit holds the attempt up is noticed at once. */
    private void reach(FaultSite site, String block) throws Exception {
        scope.faults().reach(site, block);
        scope.checkKilled();
    }

    /**
     * What came of it.
     *
     * @param result the map output, the staged result or the merged result
     * @param bytes about how much a staged result takes
     */
    record Done(@Nullable Object result, long bytes) {}

    private static final class EntryWriter extends Sink {

        private final ShuffleDependency dependency;
        private final EntryExtractor entries;
        private final ShuffleWriter writer;

        EntryWriter(ShuffleDependency dependency, EntryExtractor entries, ShuffleWriter writer) {
            this.dependency = dependency;
            this.entries = entries;
            this.writer = writer;
        }

        @Override
        public boolean push(@Nullable Object record) throws Exception {
            try {
                writer.write(entries.key(record), entries.value(record));
            } catch (SerializationException e) {
                throw e.during(sending(dependency));
            }
            return true;
        }

        @Override
        public ClassRecipe recipe() {
            return new ClassRecipe(MethodHandles.lookup(), dependency, entries, writer);
        }
    }
}
