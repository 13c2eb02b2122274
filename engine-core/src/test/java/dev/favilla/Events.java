package dev.favilla;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.event.EngineEvent;
import dev.favilla.event.EngineListener;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** What a context has told its observers. */
final class Events implements EngineListener {

    private final List<EngineEvent> all = new CopyOnWriteArrayList<>();

    static Events of(EngineContext engine) {
        Events events = new Events();
        engine.addListener(events);
        return events;
    }

    @Override
    public void onEvent(EngineEvent event) {
        all.add(event);
    }

    List<EngineEvent> all() {
        return List.copyOf(all);
    }

    <E extends EngineEvent> List<E> of(Class<E> kind) {
        return stream(kind).toList();
    }

    private <E extends EngineEvent> Stream<E> stream(Class<E> kind) {
        return all.stream().filter(kind::isInstance).map(kind::cast);
    }

    /** Waits until an event of this kind was told. */
    <E extends EngineEvent> E await(Class<E> kind, Predicate<E> wanted) {
        Engines.await(() -> stream(kind).anyMatch(wanted));
        return stream(kind)
                .filter(wanted)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no such " + kind.getSimpleName() + " among " + all));
    }

    /** Waits until {@code count} jobs have ended, and so all that happened before was told. */
    void awaitJobs(int count) {
        Engines.await(() -> stream(EngineEvent.JobEnded.class).count() >= count);
        if (stream(EngineEvent.JobEnded.class).count() < count) {
            throw new AssertionError("fewer than " + count + " jobs ended: " + all);
        }
    }

    /** Returns the partitions of a stage that were begun more than once, by whatever attempts. */
    Set<Integer> repeated(int stageId) {
        Set<Integer> once = new TreeSet<>();
        Set<Integer> repeated = new TreeSet<>();
        stream(EngineEvent.TaskStarted.class)
                .filter(event -> event.stageId() == stageId)
                .filter(event -> !once.add(event.partition()))
                .forEach(event -> repeated.add(event.partition()));
        return repeated;
    }

    /** Returns the partitions of a stage that were begun on an executor. */
    Set<Integer> begunOn(ExecutorId executor, int stageId) {
        Set<Integer> begun = new TreeSet<>();
        stream(EngineEvent.TaskStarted.class)
                .filter(event -> event.stageId() == stageId && event.executor().equals(executor))
                .forEach(event -> begun.add(event.partition()));
        return begun;
    }
}
