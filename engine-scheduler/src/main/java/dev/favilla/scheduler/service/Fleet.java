package dev.favilla.scheduler.service;

import dev.favilla.scheduler.ExecutorBackend;
import dev.favilla.scheduler.Outlet;
import dev.favilla.scheduler.SchedulerEvent;
import dev.favilla.shuffle.ExecutorId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The executors: those that work, and those that are gone but may still have a thread that does not let go.
 *
 * <p><b>Threads.</b> May be used from any thread. Nothing is launched on an executor that was removed: whoever found it
 * just before launches on one that was abandoned, which does nothing.
 */
final class Fleet {

    private final Consumer<SchedulerEvent> post;
    private final Map<ExecutorId, Member> working = new ConcurrentHashMap<>();
    private final Map<ExecutorId, ExecutorBackend> gone = new ConcurrentHashMap<>();

    /** @param post where the events of executors go */
    Fleet(Consumer<SchedulerEvent> post) {
        this.post = post;
    }

    /**
     * Makes an executor and adds it.
     *
     * @throws IllegalArgumentException if there is or was one of its id
     */
    ExecutorBackend add(Function<Consumer<SchedulerEvent>, ExecutorBackend> factory) {
        Outlet outlet = new Outlet(post);
        ExecutorBackend executor = factory.apply(outlet);
        Member member = new Member(executor, outlet);
        if (gone.containsKey(executor.id()) || working.putIfAbsent(executor.id(), member) != null) {
            throw new IllegalArgumentException("id of a new executor must never have been used, got " + executor.id());
        }
        return executor;
    }

    /** Returns the executor of this id, if it works. */
    Optional<ExecutorBackend> find(ExecutorId id) {
        return Optional.ofNullable(working.get(id)).map(Member::executor);
    }

    /** Returns whether this executor works, or is gone and may still have threads. */
    boolean knows(ExecutorId id) {
        return working.containsKey(id) || gone.containsKey(id);
    }

    /** Has all that work do something; one that cannot keeps no other from it. */
    void forEach(Consumer<ExecutorBackend> action) {
        for (Member member : working.values()) {
            try {
                action.accept(member.executor());
            } catch (RuntimeException | Error e) { // the others are to hear of it, too
                logger().warn("{} could not drop something", member.executor().id(), e);
            }
        }
    }

    /** Takes an executor out and abandons it, unheard from then on; returns false if none of this id works. */
    boolean remove(ExecutorId id, String reason) {
        Member member = working.remove(id);
        if (member == null) {
            return false;
        }
        gone.put(id, member.executor());
        member.outlet().shut();
        try {
            member.executor().abandon(reason);
        } catch (RuntimeException | Error e) { // gone it is all the same
            logger().warn("{} was given up, but not cleanly", id, e);
        }
        return true;
    }

    /** Forgets those that are gone and whose threads have ended; not {@code here}, where the caller runs. */
    void forgetEnded(Optional<ExecutorId> here) {
        gone.values()
                .removeIf(executor -> !here.equals(Optional.of(executor.id()))
                        && close(executor, Duration.ZERO).isEmpty());
    }

    /**
     * Closes all, one after the other. None can use up the time of those that come after it.
     *
     * @return what did not stop in time
     */
    List<String> close(Deadline end) {
        List<ExecutorBackend> all = new ArrayList<>();
        working.values().forEach(member -> all.add(member.executor()));
        all.addAll(gone.values());
        List<String> left = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            left.addAll(close(all.get(i), end.left().dividedBy(all.size() - i)));
        }
        return left;
    }

    private static Collection<String> close(ExecutorBackend executor, Duration deadline) {
        try {
            return executor.close(deadline);
        } catch (RuntimeException | Error e) { // the rest is to be closed, too
            logger().warn("{} did not close cleanly", executor.id(), e);
            return List.of(executor.id() + " did not close cleanly: " + e);
        }
    }

    private record Member(ExecutorBackend executor, Outlet outlet) {}

    /** Asked for only when there is something to say: without a binding the first logger prints a banner. */
    private static Logger logger() {
        return LoggerFactory.getLogger(Fleet.class);
    }
}
