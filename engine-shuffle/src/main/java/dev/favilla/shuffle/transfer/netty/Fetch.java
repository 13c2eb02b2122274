package dev.favilla.shuffle.transfer.netty;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.shuffle.BlockTransferException;
import dev.favilla.storage.EncodedBlock;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One request on its way, from the slot that waits to the answer, over one connection or several after each other.
 *
 * <p><b>Threads.</b> A slot waits; all else belongs to the event loop.
 */
final class Fetch {

    private final Route route;
    private final Request request;
    private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();

    /** Grows with everything that is heard of it. */
    private final AtomicInteger heard = new AtomicInteger();

    private Answer answer;
    private int tries;

    Fetch(Route route, Request request) {
        this.route = route;
        this.request = request;
        this.answer = new Answer(request.size());
    }

    /**
     * Who asks whom.
     *
     * @param from the executor whose attempt waits
     * @param to the executor that has what it waits for
     */
    record Route(ExecutorId from, ExecutorId to) {}

    /** How it ended: with what was asked for, or with a failure. */
    private record Outcome(
            List<Optional<List<EncodedBlock>>> things,
            @Nullable Failure failure) {}

    /** Ends a wait for an executor that has fallen silent. */
    static final class SilenceException extends Exception {

        private static final long serialVersionUID = 1L;

        SilenceException(Duration patience) {
            super("that executor said nothing for " + patience.toMillis() + " ms");
        }
    }

    Route route() {
        return route;
    }

    Request request() {
        return request;
    }

    /** Returns whether nobody waits any more. */
    boolean isOver() {
        return outcome.isDone();
    }

    /** Returns how often it was asked for. */
    int tries() {
        return tries;
    }

    /** Says that it is asked for, perhaps once more, and forgets what had come of the answer. */
    void begin() {
        heard.incrementAndGet();
        answer = new Answer(request.size());
        tries++;
    }

    /** Takes one frame of the answer, whose head was read; returns whether it was the last. */
    boolean take(byte type, ByteBuf body) {
        heard.incrementAndGet();
        if (type == Wire.BUSY) {
            Wire.requireEnd(body);
            return false;
        }
        if (type == Wire.FAILED) {
            Failure failure = Wire.failed(body);
            Wire.requireEnd(body);
            fail(failure);
            return true;
        }
        if (!answer.add(type, body)) {
            return false;
        }
        outcome.complete(new Outcome(answer.things(), null));
        return true;
    }

    void fail(Failure failure) {
        outcome.complete(new Outcome(List.of(), failure));
    }

    /**
     * Waits for the answer, as long as something is heard of it.
     *
     * @param patience how long nothing may be heard; the wait for an executor that is silent ends before twice that time
     * @return what was asked for, each of which is there or not
     * @throws BlockTransferException if the other executor failed, or cannot be reached
     */
    List<Optional<List<EncodedBlock>>> await(Duration patience)
            throws BlockTransferException, SilenceException, InterruptedException {
        int before = heard.get();
        while (true) {
            try {
                return thingsOf(outcome.get(patience.toNanos(), TimeUnit.NANOSECONDS));
            } catch (TimeoutException e) {
                int now = heard.get();
                if (now == before) {
                    throw new SilenceException(patience);
                }
                before = now;
            } catch (ExecutionException e) {
                throw new IllegalStateException("a fetch has ended without an outcome, which is a bug", e);
            }
        }
    }

    private static List<Optional<List<EncodedBlock>>> thingsOf(Outcome outcome) throws BlockTransferException {
        Failure failure = outcome.failure();
        if (failure != null) {
            throw failure.thrown();
        }
        return outcome.things();
    }
}
