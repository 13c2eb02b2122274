package dev.favilla.scheduler.dag;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.event.EngineEvent;
import dev.favilla.job.JobFailure;
import dev.favilla.job.JobOutcome;
import dev.favilla.scheduler.ExecutorBackend;
import dev.favilla.scheduler.ExecutorMaker;
import dev.favilla.scheduler.JobSelector;
import dev.favilla.scheduler.RetryPolicy;
import dev.favilla.scheduler.SchedulerCommand;
import dev.favilla.scheduler.SchedulerEvent;
import dev.favilla.scheduler.SchedulerStateMachine;
import dev.favilla.scheduler.SchedulingPolicy;
import dev.favilla.scheduler.dag.SimAudit.Violation;
import dev.favilla.scheduler.dag.SimTracker.Registered;
import dev.favilla.scheduler.service.TurnBench;
import dev.favilla.testing.TestSeed;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A seeded world in which turns fail: the machine throws when it is told something, or after it has taken note of it, or
 * what it commands is not performed, or the new start after that fails, too. Around it all that {@link Simulation} plays.
 * After a turn that failed every job has ended, and what follows is as right as if nothing had been before.
 */
final class FailingTurns implements TurnBench.World {

    private static final int ROUGH_STEPS = 300;
    private static final int MOST_STEPS = 30_000;

    /** Where the next turn fails. */
    private enum Site {
        NOWHERE,
        BEFORE_THE_EVENT,
        AFTER_THE_EVENT,
        IN_A_COMMAND,
        IN_AN_OBSERVER
    }

    private final SimChance chance;
    private final SimLineage lineage;
    private final RetryPolicy retries;
    private final SchedulingPolicy scheduling;
    private final SimContents contents = new SimContents();
    private final SimObserver observer = new SimObserver();
    private final SimMail mail;
    private final SimWorkers workers;
    private final SimUsers users;
    private final TurnBench bench;
    private final Map<Integer, Supplier<Optional<JobOutcome>>> jobs = new LinkedHashMap<>();
    private final List<SchedulerEvent> cancelledForEver = new ArrayList<>();

    private SimTracker tracker = new SimTracker();
    private SchedulerStateMachine machine;
    private SimAudit audit;
    private @Nullable Instant alarm;

    private Site site = Site.NOWHERE;
    private int failingStarts;
    private boolean failed;
    private int failures;
    private int steps;

    private FailingTurns(TestSeed seed, SimFaults faults) {
        this.chance = new SimChance(seed.split("steps"), faults);
        SimPace pace = new SimPace(seed.split("pace"));
        this.lineage = SimLineage.random(seed.split("lineage"), faults.nondeterminism(), pace.mostPartitions());
        this.retries = SimSettings.retries(chance);
        this.scheduling = SimSettings.scheduling(chance);
        this.machine = machine();
        this.audit = audit();
        this.mail = new SimMail(chance);
        this.workers = new SimWorkers(chance, pace, mail, seed.split("nonces"));
        this.users = new SimUsers(chance, lineage, contents, this::tell);
        this.bench = new TurnBench(this, chance);
    }

    /** What a world came to. */
    record Summary(int failures, int jobs, int succeeded) {}

    /** Plays the world of {@code seed} to its end. */
    static Summary run(TestSeed seed) {
        return new FailingTurns(seed, SimFaults.random(seed.split("faults"))).play();
    }

    private SchedulerStateMachine machine() {
        return new DagScheduler(() -> tracker, retries, scheduling, chance, () -> true);
    }

    private SimAudit audit() {
        return new SimAudit(tracker, lineage, contents, observer, retries, scheduling, chance);
    }

    private Summary play() {
        for (int i = chance.between(1, 3); i > 0; i--) {
            workers.add();
        }
        while (!isOver()) {
            require(++steps <= MOST_STEPS, "I4", () -> "not over after " + steps + " steps: " + machine.tables());
            if (steps > ROUGH_STEPS) {
                chance.calmDown();
            }
            step();
        }
        finish();
        int succeeded = 0;
        for (Supplier<Optional<JobOutcome>> job : jobs.values()) {
            JobOutcome outcome = job.get().orElseThrow();
            if (outcome instanceof JobOutcome.Staged || outcome instanceof JobOutcome.Merged) {
                succeeded++;
            }
        }
        return new Summary(failures, jobs.size(), succeeded);
    }

    private boolean isOver() {
        return users.isDone() && jobsEnded() == jobs.size() && mail.isEmpty() && workers.isIdle();
    }

    private int jobsEnded() {
        int ended = 0;
        for (Supplier<Optional<JobOutcome>> job : jobs.values()) {
            ended += job.get().isPresent() ? 1 : 0;
        }
        return ended;
    }

    private void step() {
        chance.pass(1);
        workers.disturb();
        users.disturb(audit.latestAttempt(), observer.latestStage());
        if (workers.isEmpty() && chance.oneIn(chance.isRough() ? 20 : 3)) {
            workers.add();
        }
        if (alarm != null && !alarm.isAfter(chance.instant()) && !chance.oneIn(4)) { // a little late, now and then
            alarm = null;
            tell(new SchedulerEvent.TimePassed());
            return;
        }
        boolean maySubmit = users.maySubmit(jobsEnded());
        int choice = chance.below(10);
        if (maySubmit && choice == 0) {
            users.submit();
        } else if (!mail.isEmpty() && choice < 6) {
            tell(mail.take());
        } else if (!workers.proceed()) {
            if (!mail.isEmpty()) {
                tell(mail.take());
            } else if (maySubmit) {
                users.submit();
            } else {
                jump();
            }
        }
    }

    private void jump() {
        if (workers.isEmpty() && !chance.oneIn(8)) {
            workers.add();
            return;
        }
        Instant next = workers.nextDue();
        if (alarm != null && (next == null || alarm.isBefore(next))) {
            next = alarm;
        }
        if (next != null) {
            chance.passUntil(next);
        } else if (bench.isBroken()) { // tried again with the next event, whoever it comes from
            tell(new SchedulerEvent.TimePassed());
        } else {
            require(workers.isEmpty() || isOver(), "I4", () -> "nothing is on its way, but " + machine.tables());
        }
    }

    // --- turns

    private void tell(SchedulerEvent event) {
        arm();
        List<Supplier<Optional<JobOutcome>>> before = List.copyOf(jobs.values());
        if (event instanceof SchedulerEvent.JobSubmitted submitted) {
            jobs.put(submitted.jobId(), bench.submit(submitted));
        } else if (event instanceof SchedulerEvent.ExecutorAdded added) {
            add(added.executor());
        } else if (event instanceof SchedulerEvent.ExecutorLost lost) {
            bench.lose(lost.executor(), lost.reason());
        } else {
            bench.tell(event);
        }
        site = Site.NOWHERE;
        if (failed || bench.isBroken()) {
            before.forEach(
                    job -> require(job.get().isPresent(), "I4", () -> "a job waits although its scheduler is no more"));
        }
        failed = false;
    }

    private void add(ExecutorId id) {
        for (SimExecutor executor : workers.executors()) {
            if (executor.id.equals(id)) {
                bench.add(events -> backend(executor));
                return;
            }
        }
    }

    private void arm() {
        if (chance.happens(0.01)) {
            Site[] sites = Site.values();
            site = sites[1 + chance.below(sites.length - 1)];
            failingStarts = chance.oneIn(4) ? chance.between(1, 5) : 0;
        }
    }

    private void fail(Site here) {
        if (site == here) {
            site = Site.NOWHERE;
            failures++;
            throw error();
        }
    }

    private Error error() {
        return chance.oneIn(2)
                ? new Quiet("a bug")
                : chance.oneIn(2) ? new OutOfMemoryError() : new StackOverflowError();
    }

    /** Most errors of worlds are logged: without a stack that is one line each. */
    private static final class Quiet extends Error {

        private static final long serialVersionUID = 1L;

        Quiet(String message) {
            super(message, null, false, false);
        }
    }

    // --- the world of the turns

    @Override
    public List<SchedulerCommand> on(SchedulerEvent event) {
        fail(Site.BEFORE_THE_EVENT);
        if (event instanceof SchedulerEvent.JobsCancelled cancelled
                && cancelled.jobs() instanceof JobSelector.InGroup group
                && group.alsoFuture()) {
            cancelledForEver.add(event);
        }
        audit.before(event);
        List<SchedulerCommand> commands = machine.on(event);
        fail(Site.AFTER_THE_EVENT);
        commands.forEach(audit::after);
        audit.after(event);
        return commands;
    }

    @Override
    public void succeed() {
        failed = true;
        failStart();
        tracker = new SimTracker(); // for the successor
        machine = machine.successor();
        audit = audit();
        cancelledForEver.forEach(audit::before);
    }

    @Override
    public ExecutorMaker replacement(ExecutorId id) {
        failStart();
        return events -> backend(workers.open(id.name()));
    }

    private void failStart() {
        if (failingStarts > 0) {
            failingStarts--;
            throw new OutOfMemoryError();
        }
    }

    private ExecutorBackend backend(SimExecutor executor) {
        return new SimBackend(executor, this::perform, workers::abandon);
    }

    private void perform(SchedulerCommand command) {
        fail(Site.IN_A_COMMAND);
        workers.perform(command);
    }

    @Override
    public void observe(EngineEvent event) {
        fail(Site.IN_AN_OBSERVER);
        observer.on(event);
    }

    @Override
    public void wakeAt(Instant instant) {
        alarm = instant;
    }

    @Override
    public void post(SchedulerEvent event) {
        mail.post(event);
    }

    // --- the end

    private void finish() {
        chance.calmDown();
        while (bench.isBroken()) {
            tell(new SchedulerEvent.TimePassed());
        }
        audit.atEnd();
        observer.atEnd();
        require(machine.tables().isIdle(), "I8", () -> "the machine remembers " + machine.tables());
        jobs.forEach((jobId, job) -> requireOutcome(jobId, job.get().orElseThrow()));
        for (SimExecutor executor : workers.executors()) {
            Set<Registered> registered = tracker.registered(executor.id);
            require(
                    executor.outputs.keySet().equals(registered),
                    "I8",
                    () -> executor.id + " keeps " + executor.outputs.keySet() + ", registered are " + registered);
        }
        for (int shuffle : tracker.shuffles()) {
            tell(new SchedulerEvent.ShuffleUnreachable(shuffle));
        }
        users.unpersistAll();
        require(machine.tables().shuffles() == 0, "I8", () -> "shuffles are left: " + machine.tables());
        for (SimExecutor executor : workers.executors()) {
            require(executor.outputs.isEmpty(), "I8", () -> "map outputs are left: " + executor.outputs.keySet());
            require(executor.blocks.isEmpty(), "I8", () -> "blocks are left: " + executor.blocks.keySet());
        }
    }

    /** A job has ended as the machine of its end said, or with the error of a turn. */
    private void requireOutcome(int jobId, JobOutcome outcome) {
        boolean byFailure = outcome instanceof JobOutcome.Failed end
                && end.failure() instanceof JobFailure.Aborted aborted
                && aborted.cause().isPresent();
        JobOutcome said = audit.outcomes().get(jobId);
        require(
                said == outcome || (byFailure ? failures > 0 : said == null),
                "I15",
                () -> "job " + jobId + " ended with " + outcome + ", and the machine said " + said);
    }

    private static void require(boolean holds, String invariant, Supplier<String> message) {
        if (!holds) {
            throw new Violation(invariant, message.get());
        }
    }
}
