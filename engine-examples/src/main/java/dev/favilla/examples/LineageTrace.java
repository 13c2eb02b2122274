package dev.favilla.examples;

import dev.favilla.event.EngineEvent;
import dev.favilla.event.EngineListener;
import dev.favilla.task.TaskContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * What really happened in one run of the lineage example: what the engine tells observers, and what the functions of
 * the pipeline saw.
 *
 * <p>Functions are copied into tasks, as on a cluster, so they cannot share an object with whoever wrote them. They
 * carry the name of their run instead and find its trace by it; {@link #close} forgets the run.
 *
 * <p><b>Threads.</b> Functions record in slots, each attempt what is its own; events come on the engine's thread. Read it
 * after {@link #awaitEnd}.
 */
final class LineageTrace implements EngineListener, AutoCloseable {

    private static final Map<String, LineageTrace> RUNS = new ConcurrentHashMap<>();

    private final String run = UUID.randomUUID().toString();
    private final Map<Long, Contents> contents = new ConcurrentHashMap<>();

    /** Written by the engine's thread; read after the latch is open. */
    private final List<EngineEvent> events = new ArrayList<>();

    private final CountDownLatch ended = new CountDownLatch(1);

    private LineageTrace() {}

    /** Begins a trace that functions find until it is closed. */
    static LineageTrace begin() {
        LineageTrace trace = new LineageTrace();
        RUNS.put(trace.run, trace);
        return trace;
    }

    /** Returns the trace of a run, from within a task. */
    static LineageTrace of(String run) {
        LineageTrace trace = RUNS.get(run);
        if (trace == null) {
            throw new IllegalStateException("the trace of run " + run + " is closed");
        }
        return trace;
    }

    /** Returns the name by which functions find this trace. */
    String run() {
        return run;
    }

    // ---------------------------------------------------------------- what functions saw

    /** Notes that {@code before} became {@code after}, and returns {@code after}. */
    int mapped(int before, int after) {
        Contents mine = ofThisAttempt();
        mine.before.add(before);
        mine.mapped.add(after);
        return after;
    }

    /** Notes whether {@code value} was kept, and returns that. */
    boolean filtered(int value, boolean kept) {
        if (kept) {
            ofThisAttempt().filtered.add(value);
        }
        return kept;
    }

    /** Notes the key of {@code value}, and returns the key. */
    int keyed(int value, int key) {
        ofThisAttempt().keyed.add(new Keyed(key, value));
        return key;
    }

    private Contents ofThisAttempt() {
        TaskContext task = TaskContext.get();
        if (task == null) {
            throw new IllegalStateException("the functions of this pipeline run in tasks only");
        }
        return contents.computeIfAbsent(task.attemptId(), id -> new Contents());
    }

    // ---------------------------------------------------------------- what the engine told

    @Override
    public void onEvent(EngineEvent event) {
        events.add(event);
        if (event instanceof EngineEvent.JobEnded) {
            ended.countDown();
        }
    }

    /** Waits for the end of the job, and returns whether it was told in time. */
    boolean awaitEnd(Duration timeout) throws InterruptedException {
        return ended.await(timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Returns the events of one kind in the order they came. */
    <E extends EngineEvent> List<E> events(Class<E> kind) {
        return events.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    /** Returns what the functions saw in one attempt; nothing, if none was called. */
    Contents contents(long attemptId) {
        return contents.getOrDefault(attemptId, new Contents());
    }

    @Override
    public void close() {
        RUNS.remove(run);
    }

    /** A value and the key it was given. */
    record Keyed(int key, int value) {}

    /** A partition before and after each step, as one attempt saw it. */
    static final class Contents {

        private final List<Integer> before = new ArrayList<>();
        private final List<Integer> mapped = new ArrayList<>();
        private final List<Integer> filtered = new ArrayList<>();
        private final List<Keyed> keyed = new ArrayList<>();

        List<Integer> before() {
            return before;
        }

        List<Integer> mapped() {
            return mapped;
        }

        List<Integer> filtered() {
            return filtered;
        }

        List<Keyed> keyed() {
            return keyed;
        }
    }
}
