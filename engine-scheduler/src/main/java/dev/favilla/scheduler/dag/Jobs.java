package dev.favilla.scheduler.dag;

import dev.favilla.event.EngineEvent;
import dev.favilla.job.JobFailure;
import dev.favilla.job.JobOutcome;
import dev.favilla.scheduler.JobSelector;
import dev.favilla.scheduler.SchedulerCommand;
import dev.favilla.scheduler.task.TaskScheduler;
import dev.favilla.scheduler.task.TaskSet;
import dev.favilla.status.JobReport;
import dev.favilla.status.SchedulerStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The running jobs, those that have to be looked at again, those that must not begin, and how a job ends. */
final class Jobs {

    private static final int GROUPS_REMEMBERED = 1000;

    private final StageTable stages;
    private final TaskScheduler tasks;
    private final ShuffleRegistry shuffles;
    private final StatusStore statusStore;
    private final Outbox outbox;

    private final Map<Integer, Job> running = new TreeMap<>();
    private final Set<Job> agenda = new LinkedHashSet<>();
    private final SortedSet<Deadline> deadlines = new TreeSet<>();

    /** Why future jobs of a group are cancelled, too; of a bounded number of groups, the latest. */
    private final Map<String, String> cancelledGroups = new LinkedHashMap<>();

    /** A moment at which a job is cancelled. */
    private record Deadline(Instant at, int jobId) implements Comparable<Deadline> {

        @Override
        public int compareTo(Deadline other) {
            int byTime = at.compareTo(other.at);
            return byTime != 0 ? byTime : Integer.compare(jobId, other.jobId);
        }
    }

    Jobs(StageTable stages, TaskScheduler tasks, ShuffleRegistry shuffles, Outbox outbox) {
        this.stages = stages;
        this.statusStore = new StatusStore(tasks);
        this.tasks = tasks;
        this.shuffles = shuffles;
        this.outbox = outbox;
    }

    int size() {
        return running.size();
    }

    void add(Job job) {
        running.put(job.id(), job);
        job.deadline().ifPresent(deadline -> deadlines.add(new Deadline(deadline, job.id())));
        recheck(job);
    }

    /** Returns the running jobs of this moment, by id. */
    List<Job> all() {
        return List.copyOf(running.values());
    }

    Optional<Job> running(int jobId) {
        return Optional.ofNullable(running.get(jobId));
    }

    /** Returns the running jobs that a selector means. */
    List<Job> matching(JobSelector selector) {
        return running.values().stream().filter(job -> isMeant(job, selector)).toList();
    }

    private static boolean isMeant(Job job, JobSelector selector) {
        if (selector instanceof JobSelector.One one) {
            return job.id() == one.jobId();
        }
        if (selector instanceof JobSelector.InGroup group) {
            return group.group().equals(job.request().properties().group());
        }
        if (selector instanceof JobSelector.WithTag tag) {
            return job.request().properties().tags().contains(tag.tag());
        }
        if (selector instanceof JobSelector.UsingStage stage) {
            return job.uses().stream().anyMatch(use -> use.stage().id() == stage.stageId());
        }
        return true;
    }

    /** Cancels the jobs whose time is over. */
    void enforceDeadlines() {
        while (!deadlines.isEmpty() && !deadlines.first().at().isAfter(outbox.now())) {
            Job job = running.get(deadlines.first().jobId());
            deadlines.remove(deadlines.first());
            if (job != null) {
                cancel(job, "its deadline of " + job.request().properties().deadline() + " has passed");
            }
        }
    }

    /** Returns the next deadline of a running job, or null. */
    @Nullable
    Instant nextDeadline() {
        return deadlines.isEmpty() ? null : deadlines.first().at();
    }

    /** Takes over which groups are cancelled for the future. */
    void follow(Jobs before) {
        cancelledGroups.putAll(before.cancelledGroups);
    }

    /** Cancels the jobs of a group that are still to come. */
    void cancelFuture(String group, String reason) {
        cancelledGroups.remove(group);
        cancelledGroups.put(group, reason);
        if (cancelledGroups.size() > GROUPS_REMEMBERED) {
            Iterator<String> oldest = cancelledGroups.keySet().iterator();
            oldest.next();
            oldest.remove();
        }
    }

    /** Returns why a job of that group must not run; null if it may. */
    @Nullable
    String whyCancelled(@Nullable String group) {
        return group == null ? null : cancelledGroups.get(group);
    }

    /** Returns the jobs and stages of this moment, and a bounded number of those that ended. */
    SchedulerStatus status() {
        return statusStore.read(running.values());
    }

    // --- the agenda

    /** Has what a job needs derived from the facts again. Once too often is harmless. */
    void recheck(Job job) {
        agenda.add(job);
    }

    /** Rechecks the jobs that a stage belongs to. */
    void recheck(Stage stage) {
        for (StageUse use : stage.uses()) {
            agenda.add(use.job());
        }
    }

    void recheckAll() {
        agenda.addAll(running.values());
    }

    /** Takes a job from the agenda; null if it is empty. */
    @Nullable
    Job next() {
        while (!agenda.isEmpty()) {
            Job job = agenda.iterator().next();
            agenda.remove(job);
            if (!job.isEnded()) {
                return job;
            }
        }
        return null;
    }

    // --- ends

    /** Ends a job that must not begin. */
    void refuse(Job job, JobOutcome outcome) {
        outbox.publish(time -> new EngineEvent.JobStarted(
                time, job.id(), job.request().callSite(), job.request().properties(), List.of()));
        statusStore.refused(job, outcome);
        outbox.publish(time -> new EngineEvent.JobEnded(time, job.id(), outcome));
        outbox.add(new SchedulerCommand.EndJob(job.id(), outcome));
    }

    /** Gives a stage up, and all jobs that need it. */
    void fail(Stage stage, JobFailure failure) {
        String reason = summary(failure);
        TaskSet live = stage.live();
        if (live != null) {
            tasks.retire(live);
            stage.live(null);
            publishCompleted(stage, reason);
        }
        stage.on(new StageEvent.Aborted(reason));
        for (StageUse use : List.copyOf(stage.uses())) {
            fail(use.job(), failure);
        }
    }

    /** Says why in words, without the error: its {@code toString} may be user code. */
    private static String summary(JobFailure failure) {
        if (failure instanceof JobFailure.TaskFailed task) {
            return "partition " + task.partition() + " failed " + task.attempts() + " times, the last time with "
                    + task.error().className();
        }
        return failure.describe();
    }

    void fail(Job job, JobFailure failure) {
        end(job, report -> new JobOutcome.Failed(failure, report), "failed");
    }

    void cancel(Job job, String reason) {
        end(job, report -> new JobOutcome.Cancelled(reason, report), "was cancelled: " + reason);
    }

    void succeed(Job job, Function<JobReport, JobOutcome> outcome) {
        end(job, outcome, "ended");
    }

    private void end(Job job, Function<JobReport, JobOutcome> outcome, String how) {
        if (job.isEnded()) {
            return;
        }
        job.end();
        running.remove(job.id());
        job.deadline().ifPresent(deadline -> deadlines.remove(new Deadline(deadline, job.id())));
        agenda.remove(job);
        JobOutcome ended = outcome.apply(job.report(outbox.now()));
        TaskSet merge = job.merge();
        if (merge != null) {
            tasks.retire(merge);
        }
        statusStore.ended(job, ended);
        for (StageUse use : job.uses()) {
            release(use, how);
        }
        outbox.publish(time -> new EngineEvent.JobEnded(time, job.id(), ended));
        outbox.add(new SchedulerCommand.EndJob(job.id(), ended));
    }

    private void release(StageUse use, String how) {
        Stage stage = use.stage();
        boolean owned = stage.isOwnedBy(use.job());
        stage.leave(use.job());
        TaskSet live = stage.live();
        if (!stage.uses().isEmpty()) {
            if (owned) {
                handOver(stage, live);
            }
            return;
        }
        if (live != null || tasks.attemptCount() > 0) {
            giveUp(stage, live, use.job(), "job " + use.job().id() + " " + how);
        }
        stages.remove(stage);
        if (stage.isUnreachable() && stage.output() != null) {
            shuffles.drop(stage.output().shuffleId());
        }
    }

    private void giveUp(Stage stage, @Nullable TaskSet live, Job job, String why) {
        if (live != null) {
            tasks.retire(live);
            publishCompleted(stage, why);
        }
        tasks.killAll(stage.id(), why, job.request().properties().interruptOnCancel());
    }

    /** Lets a stage go on for the next job that needs it, with that job's settings and place in the queue. */
    void handOver(Stage stage, @Nullable TaskSet live) {
        Job heir = stage.owner().job();
        if (live != null) {
            tasks.adopt(live, heir.asOwner());
        }
        recheck(stage);
    }

    /** Tells observers that the running attempt of a stage ended; {@code failure} is empty if it succeeded. */
    void publishCompleted(Stage stage, String failure) {
        if (stage.state() instanceof StageState.Running now) {
            outbox.publish(time -> new EngineEvent.StageCompleted(time, stage.info(), now.attempt(), failure));
        }
    }

    /** Ends all jobs. */
    void failAll(JobFailure failure) {
        Collection<Job> ending = new ArrayList<>(running.values());
        for (Job job : ending) {
            fail(job, failure);
        }
    }
}
