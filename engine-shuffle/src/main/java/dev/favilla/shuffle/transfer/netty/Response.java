package dev.favilla.shuffle.transfer.netty;

import dev.favilla.shuffle.BlockServer;
import dev.favilla.storage.EncodedBlock;
import io.netty.channel.ChannelHandlerContext;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An answer that is being given: some of the things that were asked for are made, then sent frame by frame, then the next
 * are made. No more is made ahead than a request may hold in memory.
 *
 * <p><b>Threads.</b> {@link #make} runs on a thread for that; all else belongs to the event loop. Both never work at it at
 * the same time.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what fails ends its channel, which says so
final class Response {

    /** So much is made before it is sent; a single thing may be more. */
    private static final long MADE_BYTES = 512 << 10;

    private static final Made WITHOUT_WORDS =
            new Made(List.of(), Failure.notFetched("that executor could not give it, and not say why"));

    private final int number;
    private final Request request;

    /** The first thing that is not made yet. */
    private int next;

    /** What was made, until the event loop takes it; handed over through this field. */
    private volatile @Nullable Made made;

    private @Nullable Failure failure;
    private Iterator<Optional<List<EncodedBlock>>> things =
            List.<Optional<List<EncodedBlock>>>of().iterator();
    private Iterator<EncodedBlock> blocks = List.<EncodedBlock>of().iterator();
    private byte[] bytes = {};
    private int sent;

    Response(int number, Request request) {
        this.number = number;
        this.request = request;
    }

    /** Some things in the order in which they were asked for, or why there are none. */
    private record Made(
            List<Optional<List<EncodedBlock>>> things,
            @Nullable Failure failure) {}

    /** What comes after a step. */
    enum Step {

        /** Another step. */
        MORE,

        /** Something is to be made. */
        MAKE,

        /** Nothing. */
        DONE
    }

    int number() {
        return number;
    }

    /** Makes the next things. Whatever is thrown meanwhile is what whoever asked is told. */
    void make(BlockServer server) {
        try {
            made = new Made(makeSome(server), null);
        } catch (Throwable t) { // of user code that writes records, or for want of memory: told in words
            made = WITHOUT_WORDS; // if there is no memory for others
            made = new Made(List.of(), Failure.of(t));
        }
    }

    private List<Optional<List<EncodedBlock>>> makeSome(BlockServer server) {
        List<Optional<List<EncodedBlock>>> some = new ArrayList<>();
        long size = 0;
        while (next < request.size() && size < MADE_BYTES) {
            Optional<List<EncodedBlock>> thing = some.isEmpty() ? request.ask(server, next) : orAbsent(server);
            size += thing.stream()
                    .flatMap(List::stream)
                    .mapToLong(block -> block.frame().length)
                    .sum();
            some.add(thing);
            next++;
        }
        return some;
    }

    /** One that cannot be made is not to keep others back: it is not there now, and fails when it is asked for alone. */
    private Optional<List<EncodedBlock>> orAbsent(BlockServer server) {
        try {
            return request.ask(server, next);
        } catch (RuntimeException e) {
            return Optional.empty();
        }
    }

    /** Takes over what was made, if anything was. */
    boolean collect() {
        Made some = made;
        if (some == null) {
            return false;
        }
        made = null;
        failure = some.failure();
        things = some.things().iterator();
        return true;
    }

    /** Writes one frame of what was made. */
    Step step(ChannelHandlerContext context) {
        Failure why = failure;
        if (why != null) {
            context.write(Wire.failed(context.alloc(), number, why));
            return Step.DONE;
        }
        if (sent < bytes.length) {
            int chunk = Math.min(Wire.CHUNK_BYTES, bytes.length - sent);
            context.write(Wire.data(context.alloc(), number, bytes, sent, chunk));
            sent += chunk;
            return Step.MORE;
        }
        if (blocks.hasNext()) {
            EncodedBlock block = blocks.next();
            context.write(Wire.block(context.alloc(), number, block));
            bytes = block.frame();
            sent = 0;
            return Step.MORE;
        }
        if (things.hasNext()) {
            Optional<List<EncodedBlock>> thing = things.next();
            context.write(
                    Wire.output(context.alloc(), number, thing.map(List::size).orElse(-1)));
            blocks = thing.orElse(List.of()).iterator();
            return Step.MORE;
        }
        if (next < request.size()) {
            bytes = new byte[0];
            return Step.MAKE;
        }
        context.write(Wire.bare(context.alloc(), Wire.END, number));
        return Step.DONE;
    }
}
