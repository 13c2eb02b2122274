package dev.favilla.scheduler.dag;

import dev.favilla.scheduler.JobRequest;
import dev.favilla.scheduler.task.TaskScheduler;
import dev.favilla.scheduler.task.TaskSet;
import dev.favilla.status.JobReport;
import dev.favilla.status.JobReport.StageReport;
import dev.favilla.storage.StorageLevel;
import dev.favilla.task.AccumulatorUpdate;
import dev.favilla.task.TaskOutcome;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A running job: its stages, and the results its partitions have left so far. */
final class Job {

    private final int id;
    private final JobRequest request;
    private final Instant submitted;

    /** Parents first, the result stage last. */
    private final List<StageUse> uses = new ArrayList<>();

    /** What tasks returned, by task of the result stage. */
    private final @Nullable Object[] staged;

    /** What result tasks added to accumulators, by task; made when the first of them adds something. */
    private @Nullable List<AccumulatorUpdate> @Nullable [] updates;

    private Map<Integer, StorageLevel> persisted;
    private long stagedBytes;
    private @Nullable TaskSet merge;
    private boolean ended;

    Job(int id, JobRequest request, Instant submitted) {
        this.id = id;
        this.request = request;
        this.submitted = submitted;
        this.staged = new Object[request.partitions().size()];
        this.persisted = request.persisted();
    }

    int id() {
        return id;
    }

    JobRequest request() {
        return request;
    }

    Map<Integer, StorageLevel> persisted() {
        return persisted;
    }

    /** Keeps a dataset no longer; returns whether it was kept. */
    boolean unpersist(int rddId) {
        if (!persisted.containsKey(rddId)) {
            return false;
        }
        Map<Integer, StorageLevel> left = new HashMap<>(persisted);
        left.remove(rddId);
        persisted = Map.copyOf(left); // attempts share the old map
        return true;
    }

    void add(StageUse use) {
        uses.add(use);
    }

    List<StageUse> uses() {
        return uses;
    }

    Stage result() {
        return uses.get(uses.size() - 1).stage();
    }

    boolean isEnded() {
        return ended;
    }

    void end() {
        ended = true;
    }

    /** Returns the job as the owner of what is launched for it. */
    TaskSet.Owner asOwner() {
        return new TaskSet.Owner(id, persisted, request.properties());
    }

    /** Returns when it is to be cancelled, if there is a limit. */
    Optional<Instant> deadline() {
        return Optional.ofNullable(request.properties().deadline()).map(limit -> TaskScheduler.later(submitted, limit));
    }

    /** Returns about how much the staged results take. */
    long stagedBytes() {
        return stagedBytes;
    }

    void stage(int index, TaskOutcome.Success success) {
        staged[index] = success.result();
        stagedBytes += success.resultBytes();
        if (!success.updates().isEmpty()) {
            updatesByTask()[index] = success.updates();
        }
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // Java has no generic arrays
    private @Nullable List<AccumulatorUpdate>[] updatesByTask() {
        if (updates == null) {
            updates = new List[staged.length];
        }
        return updates;
    }

    /** Forgets all results. */
    void discardStaged() {
        Arrays.fill(staged, null);
        stagedBytes = 0;
        updates = null;
    }

    /** Returns the results in the order of the request's partitions. */
    List<@Nullable Object> staged() {
        return Collections.unmodifiableList(Arrays.asList(staged));
    }

    /** Returns the results that are there, in the order of the request's partitions. */
    List<@Nullable Object> stagedSoFar() {
        Stage result = result();
        List<@Nullable Object> there = new ArrayList<>(staged.length - result.pendingCount());
        for (int index = 0; index < staged.length; index++) {
            if (!result.isPending(index)) {
                there.add(staged[index]);
            }
        }
        return there;
    }

    /** Returns what the result tasks added, in the order of the request's partitions. */
    List<AccumulatorUpdate> updates() {
        List<AccumulatorUpdate> all = new ArrayList<>();
        if (updates != null) {
            for (List<AccumulatorUpdate> ofTask : updates) {
                if (ofTask != null) {
                    all.addAll(ofTask);
                }
            }
        }
        return all;
    }

    /** Returns whether an attempt of its own merges what its tasks have left. */
    boolean mergesInSlot() {
        return request.action().mergesInSlot(request.partitions().size());
    }

    @Nullable
    TaskSet merge() {
        return merge;
    }

    void merge(@Nullable TaskSet set) {
        merge = set;
    }

    /** Returns whether the staged results were handed to a merge, after which they cannot be taken back. */
    boolean isMerging() {
        return merge != null && merge.hasLaunched();
    }

    JobReport report(Instant now) {
        List<StageReport> stages = new ArrayList<>(uses.size());
        for (StageUse use : uses) {
            stages.add(use.report());
        }
        return new JobReport(id, request.callSite(), stages, Duration.between(submitted, now));
    }

    @Override
    public String toString() {
        return "job " + id;
    }
}
