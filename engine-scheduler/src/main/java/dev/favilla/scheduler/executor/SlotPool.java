package dev.favilla.scheduler.executor;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A fixed number of threads, each of which knows its number, behind one unbounded queue. A thread is started when there
 * is more to run than there are threads, and stays until {@link #shutDown}, or until its place is given to another
 * because its job does not end.
 *
 * <p><b>Threads.</b> All methods may be called from any thread.
 *
 * <p><b>Failures.</b> A job that throws does not end its thread. A thread that cannot be started is no failure as long
 * as another one runs. Interrupts meant for one job never reach the next.
 */
final class SlotPool {

    /** What a slot runs. */
    interface Job {

        /** Runs in slot {@code slot}. */
        void run(int slot);
    }

    private static final Job LEAVE = slot -> {};

    private final ThreadFactory threads;
    private final BlockingQueue<Job> queue = new LinkedBlockingQueue<>();
    private final AtomicReferenceArray<@Nullable Slot> slots;

    /** How many of {@link #slots} are taken. */
    private final AtomicInteger started = new AtomicInteger();

    /** Jobs handed in and not yet over. */
    private final AtomicInteger unfinished = new AtomicInteger();

    /** Slots that lost their place and whose threads have not left. */
    private final Set<Slot> givenUp = ConcurrentHashMap.newKeySet();

    private volatile boolean shutDown;

    SlotPool(int slots, ThreadFactory threads) {
        this.slots = new AtomicReferenceArray<>(slots);
        this.threads = threads;
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
        if (running > started.get() && started.get() < slots.length()) {
            startFor(job);
        }
        return true;
    }

    private void startFor(Job job) {
        try {
            startSlot();
        } catch (RuntimeException | Error e) { // such as an OutOfMemoryError: unable to create native thread
            if (started.get() == 0 && queue.remove(job)) {
                unfinished.decrementAndGet();
                throw e;
            }
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
        boolean first = !shutDown;
        shutDown = true;
        List<Job> left = new ArrayList<>();
        int leave = first ? slots.length() : 0;
        for (Job job = queue.poll(); job != null; job = queue.poll()) {
            if (job == LEAVE) {
                leave++; // nobody has taken it yet
            } else {
                left.add(job);
            }
        }
        queue.addAll(Collections.nCopies(leave, LEAVE));
        return left;
    }

    /** Returns the threads that are still there, except the one that asks. */
    List<Thread> others() {
        Stream<@Nullable Slot> inPlace = IntStream.range(0, slots.length()).mapToObj(slots::get);
        return Stream.concat(inPlace, givenUp.stream())
                .flatMap(slot -> Optional.ofNullable(slot).flatMap(Slot::thread).stream())
                .filter(thread -> thread.isAlive() && thread != Thread.currentThread())
                .toList();
    }

    private final class Slot implements Runnable {

        private final int number;

        /** What runs; whoever moves it off a job decides whether the slot stays. */
        private final AtomicReference<@Nullable Job> running = new AtomicReference<>();

        private volatile @Nullable Thread thread;

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
                stay = runNext();
            }
            givenUp.remove(this);
        }

        private boolean runNext() {
            Job job = await();
            if (job == LEAVE) {
                return false;
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
                error.addSuppressed(t);
            }
        }

        private Job await() {
            while (true) {
                try {
                    return queue.take();
                } catch (InterruptedException e) {
                    // Came too late for the job it was meant for. The thread is ours, and leaves when the queue says
                    // so.
                    Thread.interrupted();
                }
            }
        }
    }

    /** Asked for only when there is something to say: without a binding the first logger prints a banner. */
    private static Logger logger() {
        return LoggerFactory.getLogger(SlotPool.class);
    }
}
