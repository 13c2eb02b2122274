package dev.favilla;

import dev.favilla.fault.FaultInjector;
import dev.favilla.lineage.StackText;
import dev.favilla.spi.EngineControl;
import dev.favilla.spi.EngineExtension;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The extensions installed in one context, from the opening to the close.
 *
 * <p><b>Threads.</b> {@link #open} is called by the thread that opens the context, before anybody else has it; {@link
 * #close} by the first that closes it; {@link #awaitClose} by the others.
 */
final class Extensions {

    /** Those that were opened, the last first. */
    private final Deque<EngineExtension> opened = new ArrayDeque<>();

    private final CountDownLatch told = new CountDownLatch(1);
    private volatile @Nullable Thread telling;

    /**
     * Returns the fault injector that one of several extensions brings along.
     *
     * @throws IllegalArgumentException if more than one does
     */
    static @Nullable FaultInjector faults(List<EngineExtension> extensions) {
        List<FaultInjector> injectors = new ArrayList<>();
        for (EngineExtension extension : extensions) {
            FaultInjector faults = extension.faults();
            if (faults != null) {
                injectors.add(faults);
            }
        }
        if (injectors.size() > 1) {
            throw new IllegalArgumentException(
                    "a context takes one fault injector, got " + injectors + ". Join them into one extension.");
        }
        return injectors.isEmpty() ? null : injectors.get(0);
    }

    void open(EngineExtension extension, EngineControl control) {
        extension.opened(control);
        opened.push(extension);
    }

    /** Tells each extension that the context is being closed. */
    void close() {
        telling = Thread.currentThread();
        try {
            opened.forEach(Extensions::close);
        } finally {
            told.countDown();
        }
    }

    private static void close(EngineExtension extension) {
        try {
            extension.closing();
        } catch (Throwable t) { // not the engine's code; the context is to be closed all the same
            logger().warn(
                            "An extension of {} failed while its context was being closed, which goes on: {}",
                            extension.getClass(),
                            StackText.of(t));
        }
    }

    /** Waits until all were told, unless it is an extension that closes the context once more. */
    void awaitClose(Duration patience) {
        if (telling == Thread.currentThread()) {
            return;
        }
        try {
            if (!told.await(patience.toNanos(), TimeUnit.NANOSECONDS)) {
                logger().warn("An extension takes longer than {} to hear of the close, which goes on.", patience);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the close goes on, as it does for whoever is first
        }
    }

    /** Asked for only when there is something to say: without a binding the first logger prints a banner. */
    private static Logger logger() {
        return LoggerFactory.getLogger(Extensions.class);
    }
}
