package dev.favilla.scheduler.executor;

import dev.favilla.scheduler.Mailbox;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A fixed number of threads, each of which knows its number, behind one unbounded queue. A thread is started when there
 * is more to run than there are threads, and stays until {@link #shutDown}, or until its place is given to another
 * because its job does not end. Between two jobs, at the base of its stack, each looks into the mailbox, but for a few
 * jobs in a row of which each {@linkplain Job#mayFollow may follow} the one before.
 *
 * <p><b>Threads.</b> All methods may be called from any thread. There are no locks: a slot says that it is idle before
 * it looks a last time whether there is something to do, and whoever has something for it looks for idle ones only
 * afterwards, so that one of both sees the other.
 *
 * <p><b>Failures.</b> A job that throws does not end its thread. A thread that cannot be started is no failure as long
 * as another one runs. Interrupts meant for one job never reach the next.
 */
final class SlotPool {

    /** What a slot runs. */
    interface Job {

        /** Runs in slot {@code slot}. */
        void run(int slot);

        /**
         * Returns whether nobody waits for what {@code before}, which has run in the same slot, has left in the mailbox, as
         * long as this one has not run, too.
         */
        default boolean mayFollow(Job before) {
            return false;
        }
    }

    /** How many jobs a slot runs, at most, from one look into the mailbox to the next. */
    static final int IN_A_ROW = 4;

    private static final Job LEAVE = slot -> {};

    private final ThreadFactory threads;
    private final Mailbox mailbox;
    private final Queue<Job> queue = new ConcurrentLinkedQueue<>();
    private final AtomicReferenceArray<@Nullable Slot> slots;

    /** How many of {@link #slots} are taken. */
    private final AtomicInteger started = new AtomicInteger();

    /** Jobs handed in and not yet over. */
    private final AtomicInteger unfinished = new AtomicInteger();

    /** Slots that lost their place and whose threads have not left. */
    private final Set<Slot> givenUp = ConcurrentHashMap.newKeySet();

    private volatile boolean shutDown;

    /** @param mailbox looked into by slots between two jobs */
    SlotPool(int slots, ThreadFactory threads, Mailbox mailbox) {
        this.slots = new AtomicReferenceArray<>(slots);
        this.threads = threads;
        this.mailbox = mailbox;
    }

    int size() {
        return slots.length();
    }

    /**
     * Has {@code job} run in a slot; returns false if the pool is shut down.
     *
     * @throws RuntimeException if no thread runs and none can be started; nor can an error of the factory be helped
     */
    boolean execute(Job job) {
        int running = unfinished.incrementAndGet();
        queue.add(job);
        if (shutDown && queue.remove(job)) { // else it came in time, and the one who shut down has it or a slot
            unfinished.decrementAndGet();
            return false;
        }
        if (running > started.get() && started.get() < slots.length() && !shutDown) {
            startFor(job);
        } else if (!isTakenHere()) {
            wakeOne();
        }
        return true;
    }

    /** Takes a job back that no slot has begun; returns false if one has, or it is not here. */
    boolean withdraw(Job job) {
        if (!queue.remove(job)) {
            return false;
        }
        unfinished.decrementAndGet();
        return true;
    }

    /** Returns whether the calling thread is a slot between two jobs that has none yet: it takes this one itself. */
    private boolean isTakenHere() {
        for (int number = 0; number < slots.length(); number++) {
            Slot slot = slots.get(number);
            if (slot != null && slot.thread == Thread.currentThread()) {
                return slot.claim();
            }
        }
        return false;
    }

    /** Asked before the queue is: one that becomes idle only now looks there itself. */
    private boolean isAnyIdle() {
        for (int number = 0; number < slots.length(); number++) {
            Slot slot = slots.get(number);
            if (slot != null && slot.idle.get()) {
                return true;
            }
        }
        return false;
    }

    private void wakeOne() {
        for (int number = 0; number < slots.length(); number++) {
            Slot slot = slots.get(number);
            if (slot != null
                    && slot.idle.get()
                    && slot.idle.compareAndSet(true, false)) { // so that the next job wakes another
                LockSupport.unpark(slot.thread);
                return;
            }
        }
    }

    /**
     * Wakes an idle slot for the mailbox; returns false if there is none. May be called from a thread in any state: a
     * slot woken in vain, or twice, does no harm, and nothing else is changed.
     */
    boolean wake() {
        for (int number = 0; number < slots.length(); number++) {
            Slot slot = slots.get(number);
            if (slot != null && slot.idle.get()) {
                LockSupport.unpark(slot.thread);
                return true;
            }
        }
        return false;
    }

    private void startFor(Job job) {
        try {
            startSlot();
        } catch (RuntimeException | Error e) { // such as an OutOfMemoryError: unable to create native thread
            if (started.get() == 0 && queue.remove(job)) {
                unfinished.decrementAndGet();
                throw e;
            }
            wakeOne();
            logger().warn("Cannot start another of {} slots; {} are running", size(), started, e);
        }
    }

    private void startSlot() {
        for (int number = 0; number < slots.length(); number++) {
            Slot slot = new Slot(number);
            if (slots.compareAndSet(number, null, slot)) {
                try {
                    slot.start(threads);
                    started.incrementAndGet();
                } catch (RuntimeException | Error e) { // the place is free for another try
                    slots.set(number, null);
                    throw e;
                }
                return;
            }
        }
    }

    /**
     * Gives the place of the slot that runs {@code job} to a new thread, at once. The old thread leaves as soon as the
     * job lets it.
     *
     * @return the old thread; empty if no slot runs the job, or the pool is shut down
     */
    Optional<Thread> replace(Job job) {
        for (int number = 0; number < slots.length(); number++) {
            Slot slot = slots.get(number);
            if (slot != null && !shutDown && slot.giveUp(job)) {
                takeOver(number);
                return slot.thread();
            }
        }
        return Optional.empty();
    }

    private void takeOver(int number) {
        Slot slot = new Slot(number);
        slots.set(number, slot);
        try {
            slot.start(threads);
        } catch (RuntimeException | Error e) { // the place is free, and taken when the next job comes
            slots.set(number, null);
            started.decrementAndGet();
            logger().warn("Cannot replace slot {} of {}; {} are running", number, size(), started, e);
        }
    }

    /**
     * Takes no more jobs and lets every thread end after the job it runs. Shutting down twice is harmless.
     *
     * @return the jobs that will not run
     */
    List<Job> shutDown() {
        shutDown = true;
        List<Job> left = new ArrayList<>();
        for (Job job = queue.poll(); job != null; job = queue.poll()) {
            left.add(job);
        }
        for (int number = 0; number < slots.length(); number++) {
            Slot slot = slots.get(number);
            if (slot != null) {
                LockSupport.unpark(slot.thread);
            }
        }
        return left;
    }

    /** Returns the threads that are still there, except the one that asks. */
    List<Thread> others() {
        List<Thread> others = new ArrayList<>();
        for (int number = 0; number < slots.length(); number++) {
            addOther(slots.get(number), others);
        }
        for (Slot slot : givenUp) {
            addOther(slot, others);
        }
        return others;
    }

    private static void addOther(@Nullable Slot slot, List<Thread> others) {
        Thread thread = slot == null ? null : slot.thread;
        if (thread != null && thread.isAlive() && thread != Thread.currentThread()) {
            others.add(thread);
        }
    }

    private final class Slot implements Runnable {

        private final int number;

        /** What runs; whoever moves it off a job decides whether the slot stays. */
        private final AtomicReference<@Nullable Job> running = new AtomicReference<>();

        /** Whether the thread is about to wait; set before it looks a last time whether it has to. */
        private final AtomicBoolean idle = new AtomicBoolean();

        private volatile @Nullable Thread thread;

        /** Whether it works for the mailbox and has no job to run afterwards. Owned by its thread. */
        private boolean free;

        Slot(int number) {
            this.number = number;
        }

        void start(ThreadFactory factory) {
            Thread made = factory.newThread(this);
            if (made == null) {
                throw new IllegalStateException("The context's ThreadFactory returned null instead of a thread");
            }
            thread = made;
            made.start();
        }

        Optional<Thread> thread() {
            return Optional.ofNullable(thread);
        }

        /** Takes a job upon itself; returns false if it has one, or runs one. To be called by its own thread. */
        boolean claim() {
            boolean claimed = free;
            free = false;
            return claimed;
        }

        /** Has the thread leave after {@code job}; returns false if it does not run that job any more, or yet. */
        boolean giveUp(Job job) {
            givenUp.add(this); // before it may leave
            if (running.compareAndSet(job, LEAVE)) {
                return true;
            }
            givenUp.remove(this);
            return false;
        }

        @Override
        public void run() {
            boolean stay = true;
            while (stay) {
                lookIntoMailbox(true);
                Job job = queue.poll();
                if (job != null) {
                    stay = runInARow(job);
                } else if (shutDown) {
                    stay = false;
                } else {
                    await();
                }
            }
            lookIntoMailbox(false); // the last job may have left its end there
            givenUp.remove(this);
        }

        private void lookIntoMailbox(boolean stay) {
            free = stay;
            try {
                mailbox.work();
            } catch (Throwable t) { // the thread's root
                report(t);
            }
            free = false;
        }

        /** Runs a job, and what may follow it before the slot looks into the mailbox. */
        private boolean runInARow(Job first) {
            Job job = first;
            boolean stay = run(job);
            for (int ran = 1; stay && ran < IN_A_ROW && mayGoOnAfter(job); ran++) {
                Job next = queue.poll();
                if (next == null) {
                    break;
                }
                if (!next.mayFollow(job)) { // another slot has taken the one that may
                    lookIntoMailbox(false);
                }
                job = next;
                stay = run(job);
            }
            return stay;
        }

        private boolean mayGoOnAfter(Job job) {
            Job next = queue.peek();
            return next != null && next.mayFollow(job);
        }

        private boolean run(Job job) {
            if (isAnyIdle() && !queue.isEmpty()) {
                wakeOne(); // this slot may have been woken for what is left
            }
            running.set(job);
            try {
                job.run(number);
            } catch (Throwable t) { // the thread's root: an escaped Error would cost the executor a slot
                report(t);
            } finally {
                unfinished.decrementAndGet();
                Thread.interrupted(); // what was meant for this job must not hit the next
            }
            return running.compareAndSet(job, null);
        }

        private void report(Throwable error) {
            try {
                logger().error("A job ended slot {} abruptly, which is a bug; the slot goes on", number, error);
            } catch (Throwable t) { // without memory to say it, going on is all that is left
                if (t != error) { // the JVM may throw the same OutOfMemoryError twice
                    error.addSuppressed(t);
                }
            }
        }

        private void await() {
            idle.set(true);
            if (queue.isEmpty() && !mailbox.isWaiting() && !shutDown) {
                LockSupport.park(SlotPool.this);
                Thread.interrupted(); // came too late for the job it was meant for; the thread is ours
            }
            idle.set(false);
        }
    }

    /** Asked for only when there is something to say: without a binding the first logger prints a banner. */
    private static Logger logger() {
        return LoggerFactory.getLogger(SlotPool.class);
    }
}
