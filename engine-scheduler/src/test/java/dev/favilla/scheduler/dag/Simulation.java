package dev.favilla.scheduler.dag;

import dev.favilla.job.JobOutcome;
import dev.favilla.scheduler.RetryPolicy;
import dev.favilla.scheduler.SchedulerCommand;
import dev.favilla.scheduler.SchedulerEvent;
import dev.favilla.scheduler.SchedulerStateMachine;
import dev.favilla.scheduler.SchedulingPolicy;
import dev.favilla.scheduler.dag.SimAudit.Violation;
import dev.favilla.scheduler.dag.SimTracker.Registered;
import dev.favilla.status.SchedulerStatus;
import dev.favilla.testing.TestSeed;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One seeded world around the state machine: executors that compute symbols, lose things and vanish, messages that come
 * late, twice and out of order, users who change their minds, and a clock that jumps to where something happens. Throws
 * a {@link Violation} as soon as an invariant does not hold.
 */
final class Simulation {

    /** Faults happen up to here. */
    private static final int ROUGH_STEPS = 300;

    private static final int MOST_STEPS = 30_000;

    private final SimWire wire;
    private final SimChance chance;
    private final SimTracker tracker;
    private final SchedulerStateMachine machine;
    private final SimAudit audit;
    private final SimObserver observer = new SimObserver();
    private final SimMail mail;
    private final SimWorkers workers;
    private final SimUsers users;

    private @Nullable Instant alarm;
    private int jobsEnded;
    private int steps;

    private Simulation(TestSeed seed, SimFaults faults, SimTracker tracker, SimWire wire) {
        this.wire = wire;
        this.tracker = tracker;
        this.chance = new SimChance(seed.split("steps"), faults);
        SimPace pace = new SimPace(seed.split("pace"));
        SimLineage lineage = SimLineage.random(seed.split("lineage"), faults.nondeterminism(), pace.mostPartitions());
        RetryPolicy retries = SimSettings.retries(chance);
        SchedulingPolicy scheduling = SimSettings.scheduling(chance);
        SimContents contents = new SimContents();
        this.machine = new DagScheduler(() -> tracker, retries, scheduling, chance, () -> true);
        this.audit = new SimAudit(tracker, lineage, contents, observer, retries, scheduling, chance);
        this.mail = new SimMail(chance);
        this.workers = new SimWorkers(chance, pace, mail, seed.split("nonces"));
        this.users = new SimUsers(chance, lineage, contents, this::tell);
    }

    /** What a world came to. */
    record Summary(int steps, int jobs, int succeeded, int failed, int cancelled, int differing) {}

    /** Plays the world of {@code seed} to its end. */
    static Summary run(TestSeed seed) {
        return run(seed, SimFaults.random(seed.split("faults")), new SimTracker(), SimWire.SOUND);
    }

    /** Plays a world with a tracker and a wire of the caller's. */
    static Summary run(TestSeed seed, SimFaults faults, SimTracker tracker, SimWire wire) {
        return new Simulation(seed, faults, tracker, wire).play();
    }

    private Summary play() {
        for (int i = chance.between(1, 3); i > 0; i--) {
            workers.add();
        }
        while (!isOver()) {
            if (++steps > MOST_STEPS) {
                throw new Violation("I4", "not over after " + steps + " steps: " + machine.tables());
            }
            if (steps > ROUGH_STEPS) {
                chance.calmDown();
            }
            step();
        }
        finish();
        Map<Integer, JobOutcome> outcomes = audit.outcomes();
        int failed = count(outcomes, JobOutcome.Failed.class);
        int cancelled = count(outcomes, JobOutcome.Cancelled.class);
        int succeeded = outcomes.size() - failed - cancelled;
        return new Summary(steps, outcomes.size(), succeeded, failed, cancelled, tracker.differing());
    }

    private static int count(Map<Integer, JobOutcome> outcomes, Class<? extends JobOutcome> kind) {
        return (int) outcomes.values().stream().filter(kind::isInstance).count();
    }

    private boolean isOver() {
        return users.isDone() && jobsEnded == users.submitted() && mail.isEmpty() && workers.isIdle();
    }

    private void step() {
        chance.pass(1);
        workers.disturb();
        users.disturb(audit.latestAttempt(), observer.latestStage());
        if (workers.isEmpty() && chance.oneIn(chance.isRough() ? 20 : 3)) {
            workers.add();
        }
        if (rings() || chance.happens(0.01)) {
            alarm = null;
            tell(new SchedulerEvent.TimePassed());
            return;
        }
        boolean maySubmit = users.maySubmit(jobsEnded);
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

    /** The alarm may ring a little late, and what has rung may ring again. */
    private boolean rings() {
        return alarm != null && !alarm.isAfter(chance.instant()) && !chance.oneIn(4);
    }

    /** Nothing is to do now: goes on where something will be. */
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
            audit.requireAlarm(next);
            chance.passUntil(next);
        } else if (!workers.isEmpty() && !isOver()) {
            throw new Violation("I4", "nothing runs and nothing is on its way, but " + machine.tables());
        }
    }

    // --- the machine

    private void tell(SchedulerEvent event) {
        audit.before(event);
        SchedulerEvent heard = wire.heard(event);
        if (heard != null) {
            for (SchedulerCommand command : wire.said(machine.on(heard))) {
                audit.after(command);
                perform(command);
            }
        }
        audit.after(event);
    }

    private void perform(SchedulerCommand command) {
        if (command instanceof SchedulerCommand.EndJob) {
            jobsEnded++;
        } else if (command instanceof SchedulerCommand.Publish publish) {
            observer.on(publish.event());
        } else if (command instanceof SchedulerCommand.WakeAt wake) {
            alarm = wake.instant();
        } else {
            workers.perform(command);
        }
    }

    // --- the end

    private void finish() {
        audit.atEnd();
        observer.atEnd();
        require(machine.tables().isIdle(), () -> "the machine remembers " + machine.tables());
        letTheAlarmRunOut();
        requireRightStatus(machine.status());
        for (SimExecutor executor : workers.executors()) {
            Set<Registered> registered = tracker.registered(executor.id);
            require(
                    executor.outputs.keySet().equals(registered),
                    () -> executor.id + " keeps " + executor.outputs.keySet() + ", registered are " + registered);
        }
        for (int shuffle : tracker.shuffles()) {
            tell(new SchedulerEvent.ShuffleUnreachable(shuffle));
        }
        users.unpersistAll();
        require(machine.tables().shuffles() == 0, () -> "shuffles are left: " + machine.tables());
        for (SimExecutor executor : workers.executors()) {
            require(executor.outputs.isEmpty(), () -> "map outputs are left: " + executor.outputs.keySet());
            require(executor.blocks.isEmpty(), () -> "blocks are left: " + executor.blocks.keySet());
        }
    }

    private void letTheAlarmRunOut() {
        for (int i = 0; alarm != null; i++) {
            require(i < 2, () -> "the machine wants to be woken although nothing is to do");
            chance.passUntil(alarm);
            alarm = null;
            tell(new SchedulerEvent.TimePassed());
        }
    }

    private void requireRightStatus(SchedulerStatus status) {
        Map<Integer, JobOutcome> outcomes = audit.outcomes();
        require(status.jobs().size() == outcomes.size(), () -> "told of " + outcomes.size() + " jobs: " + status);
        for (SchedulerStatus.JobStatus job : status.jobs()) {
            JobOutcome outcome = outcomes.get(job.jobId());
            SchedulerStatus.State expected = outcome instanceof JobOutcome.Failed
                    ? SchedulerStatus.State.FAILED
                    : outcome instanceof JobOutcome.Cancelled
                            ? SchedulerStatus.State.CANCELLED
                            : SchedulerStatus.State.SUCCEEDED;
            require(job.state() == expected, () -> job + " has ended as " + outcome);
        }
        for (SchedulerStatus.StageStatus stage : status.stages()) {
            require(stage.active() == 0, () -> stage + " has running attempts although nothing runs");
        }
    }

    private static void require(boolean holds, Supplier<String> message) {
        if (!holds) {
            throw new Violation("I8", message.get());
        }
    }
}
