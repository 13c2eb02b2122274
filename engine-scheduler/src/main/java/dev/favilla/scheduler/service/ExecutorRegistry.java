package dev.favilla.scheduler.service;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.lineage.StackText;
import dev.favilla.scheduler.EventGate;
import dev.favilla.scheduler.ExecutorBackend;
import dev.favilla.scheduler.ExecutorMaker;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The executors: those that work, and those that are gone but may still have a thread that does not let go.
 *
 * <p><b>Threads.</b> Changed on the scheduler's turn only, and by whoever closes; may be looked at from any thread.
 */
final class ExecutorRegistry {

    private final Supplier<EventGate> gates;

    private final Map<ExecutorId, Member> working = new ConcurrentHashMap<>();
    private final Map<ExecutorId, ExecutorBackend> gone = new ConcurrentHashMap<>();

    /** How many came so far. Owned by the scheduler's turn, as is what follows. */
    private int added;

    /** Those that are still to be renewed; null if none are. */
    private @Nullable Deque<Member> old;

    /** @param gates makes what the events of another executor pass */
    ExecutorRegistry(Supplier<EventGate> gates) {
        this.gates = gates;
    }

    /**
     * Makes an executor and adds it.
     *
     * @throws IllegalArgumentException if there is or was one of its id
     */
    ExecutorBackend add(ExecutorMaker maker) {
        EventGate gate = gates.get();
        ExecutorBackend executor = maker.make(gate);
        if (knows(executor.id())) {
            throw new IllegalArgumentException("id of a new executor must never have been used, got " + executor.id());
        }
        try {
            working.put(executor.id(), new Member(executor, gate, added++));
        } catch (RuntimeException | Error e) { // no memory to remember it
            giveUp(executor, gate, "it could not be added");
            throw e;
        }
        return executor;
    }

    /** Returns the executor of this id, if it works. */
    Optional<ExecutorBackend> find(ExecutorId id) {
        Member member = working.get(id);
        return member == null ? Optional.empty() : Optional.of(member.executor);
    }

    /** Returns those that work, in the order they came. */
    List<ExecutorBackend> working() {
        List<ExecutorBackend> executors = new ArrayList<>(working.size());
        for (Member member : members()) {
            executors.add(member.executor);
        }
        return executors;
    }

    private Deque<Member> members() {
        List<Member> members = new ArrayList<>(working.values());
        members.sort(Comparator.comparingInt(member -> member.number));
        return new ArrayDeque<>(members);
    }

    /** Returns whether this executor works, or is gone and may still have threads. */
    boolean knows(ExecutorId id) {
        return working.containsKey(id) || gone.containsKey(id);
    }

    /** Returns those that work, and those that are gone and hold something all the same. */
    List<ExecutorBackend> holding() {
        List<ExecutorBackend> holding = new ArrayList<>(working.size());
        working.values().forEach(member -> holding.add(member.executor));
        for (ExecutorBackend executor : gone.values()) {
            if (!executor.usage().isIdle()) {
                holding.add(executor);
            }
        }
        return holding;
    }

    /** Wakes an idle slot of any executor; returns false if there is none. May be called from a thread in any state. */
    boolean wake() {
        for (Member member : working.values()) {
            if (member.executor.wake()) {
                return true;
            }
        }
        return false;
    }

    /**
     * Notes that an executor is about to leave: no other takes its place if all are renewed.
     *
     * @return false if it cannot be spared, as none would stay
     */
    boolean drain(ExecutorId id) {
        Member member = working.get(id);
        if (member == null || member.leaving) {
            return true;
        }
        if (working.values().stream().allMatch(other -> other.leaving || other == member)) {
            return false;
        }
        member.leaving = true;
        return true;
    }

    /** Has all that work do something. What one throws is thrown, after the others have done it. */
    void forEach(Consumer<ExecutorBackend> action) {
        RuntimeException exception = null;
        Error error = null;
        for (Member member : working.values()) {
            try {
                action.accept(member.executor);
            } catch (RuntimeException e) { // the others are to hear of it, too
                exception = e;
            } catch (Error e) { // likewise
                error = e;
            }
        }
        if (error != null) {
            throw error;
        }
        if (exception != null) {
            throw exception;
        }
    }

    /** Takes an executor out and abandons it, unheard from then on; returns false if none of this id works. */
    boolean remove(ExecutorId id, String reason) {
        Member member = working.get(id);
        if (member == null) {
            return false;
        }
        member.leaving = true; // if others are just being renewed, nothing takes its place
        remove(member, reason);
        return true;
    }

    private void remove(Member member, String reason) {
        giveUp(member.executor, member.gate, reason);
        working.remove(member.executor.id()); // at last: if memory runs out before, it can be removed again
    }

    private void giveUp(ExecutorBackend executor, EventGate gate, String reason) {
        gate.shut();
        gone.put(executor.id(), executor);
        try {
            executor.abandon(reason);
        } catch (OutOfMemoryError e) { // so that it is tried again
            throw e;
        } catch (RuntimeException | Error e) { // gone it is all the same
            logger().warn("{} was given up, but not cleanly: {}", executor.id(), StackText.of(e));
        }
    }

    /**
     * Gives all executors up and puts others into their places, but for those that are about to leave. If it is cut short
     * by an error, another call goes on where it was.
     *
     * @param replacement makes an executor for the place of another
     */
    void renew(String reason, Function<ExecutorId, ExecutorMaker> replacement) {
        Deque<Member> left = old;
        if (left == null) {
            left = members();
            old = left;
        }
        for (Member member : left) { // first: what they hold may be the memory that the others need
            if (working.get(member.executor.id()) == member) {
                remove(member, reason);
            }
        }
        for (Member member = left.peek(); member != null; member = left.peek()) {
            if (!member.leaving) {
                add(replacement.apply(member.executor.id()));
            }
            left.remove();
        }
        old = null;
    }

    /** Forgets those that are gone with all they held, and whose threads have ended; not {@code here}, where the caller runs. */
    void forgetEnded(Optional<ExecutorId> here) {
        gone.values()
                .removeIf(executor -> !here.equals(Optional.of(executor.id()))
                        && executor.usage().isIdle()
                        && close(executor, Duration.ZERO).isEmpty());
    }

    /**
     * Closes all, one after the other. None can use up the time of those that come after it.
     *
     * @return what did not stop in time
     */
    List<String> close(Deadline end) {
        List<ExecutorBackend> all = new ArrayList<>(working());
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
            logger().warn("{} did not close cleanly: {}", executor.id(), StackText.of(e));
            return List.of(executor.id() + " did not close cleanly: " + e);
        }
    }

    private static final class Member {

        private final ExecutorBackend executor;
        private final EventGate gate;
        private final int number;

        /** Whether it is about to leave. Owned by the scheduler's turn. */
        private boolean leaving;

        Member(ExecutorBackend executor, EventGate gate, int number) {
            this.executor = executor;
            this.gate = gate;
            this.number = number;
        }
    }

    /** Asked for only when there is something to say: without a binding the first logger prints a banner. */
    private static Logger logger() {
        return LoggerFactory.getLogger(ExecutorRegistry.class);
    }
}
