package dev.favilla.rdd.pipe;

import dev.favilla.attempt.TaskScope;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A process that one attempt starts, and that does not outlive it.
 *
 * <p><b>Threads.</b> The attempt's own thread computes what the process reads, and takes what it prints: it never
 * waits for the one while it could do the other, so that neither side can block both. Three threads beside it only move
 * bytes, one for each stream, through queues of {@value #CHUNKS} chunks; they know neither records nor functions. They
 * wake the attempt's thread, which also looks for itself, and at its kill flag, every {@value #LOOK_MILLIS} milliseconds.
 *
 * <p><b>Failures.</b> A process that reads no more is given no more, and nothing more is computed for it. Whether that
 * was right, its exit code says.
 */
final class ChildProcess {

    private static final int CHUNKS = 4;
    private static final int CHUNK_BYTES = 1 << 14;
    private static final int ERROR_OUTPUT_BYTES = 1 << 12;
    private static final long LOOK_MILLIS = 20;

    /** How often the end of a destroyed process and its threads is looked for: two seconds in all. */
    private static final int LOOKS_AT_END = 100;

    private final Process process;
    private final TaskScope scope;
    private final PipeFailures failures;
    private final Charset charset;
    private final Thread attempt = Thread.currentThread();
    private final List<Thread> movers;

    private final BlockingQueue<byte[]> toProcess = new ArrayBlockingQueue<>(CHUNKS);
    private final BlockingQueue<byte[]> fromProcess = new ArrayBlockingQueue<>(CHUNKS);

    private volatile boolean inputClosed;
    private volatile boolean outputEnded;
    private volatile byte[] lastErrors = {};
    private volatile @Nullable Throwable broken;

    /** Lines that the queue had no room for; empty for the end of the input. */
    private byte @Nullable [] waiting;

    private boolean allComputed;
    private boolean checked;

    private ChildProcess(Process process, PipeOperator operator, TaskScope scope, PipeFailures failures) {
        this.process = process;
        this.scope = scope;
        this.failures = failures;
        this.charset = Charset.forName(operator.charset());
        this.movers = List.of(
                mover("stdin", this::moveInput), mover("stdout", this::moveOutput), mover("stderr", this::moveErrors));
    }

    /** Starts a process that is destroyed, with those that it has started, when the attempt ends. */
    static ChildProcess start(PipeOperator operator, TaskScope scope, PipeFailures failures) {
        scope.checkKilled();
        ProcessBuilder builder = new ProcessBuilder(operator.command());
        builder.environment().putAll(operator.environment());
        ChildProcess child;
        try {
            child = new ChildProcess(builder.start(), operator, scope, failures);
        } catch (IOException | RuntimeException e) {
            throw failures.notStarted(e);
        }
        scope.onClose(child::close);
        child.movers.forEach(Thread::start);
        return child;
    }

    /** Returns the next bytes that were printed, or null once there are no more and the process has ended well. */
    byte @Nullable [] read(InputLines input) throws InterruptedException {
        while (true) {
            boolean last = outputEnded; // before the queue is looked at
            byte[] chunk = fromProcess.poll();
            if (chunk != null) {
                return chunk;
            }
            requireWorking();
            if (last && (inputClosed || !process.isAlive())) {
                checkExit();
                return null;
            }
            if (!write(input)) {
                LockSupport.parkNanos(this, TimeUnit.MILLISECONDS.toNanos(LOOK_MILLIS));
            }
        }
    }

    /** Computes some lines and has them written; returns false if there is nothing to do now. */
    private boolean write(InputLines input) {
        if (allComputed || inputClosed) {
            return false;
        }
        byte[] lines = waiting == null ? input.next() : waiting;
        boolean taken = toProcess.offer(lines);
        waiting = taken ? null : lines;
        allComputed = taken && lines.length == 0;
        return taken;
    }

    private void requireWorking() throws InterruptedException {
        scope.checkKilled();
        if (Thread.interrupted()) {
            throw new InterruptedException("while a process was waited for");
        }
        Throwable failure = broken;
        if (failure != null) {
            throw failures.broken(failure);
        }
    }

    private void checkExit() throws InterruptedException {
        while (!process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
            scope.checkKilled();
        }
        if (!checked && process.exitValue() != 0) {
            movers.get(2).join(1000); // what it has said at last; a process that it has left behind may hold the stream
            throw failures.exited(process.exitValue(), new String(lastErrors, charset));
        }
        checked = true;
    }

    // ---------------------------------------------------------------- what the three threads do

    @FunctionalInterface
    private interface Mover {

        void move() throws IOException, InterruptedException;
    }

    private Thread mover(String stream, Mover mover) {
        Runnable body = () -> {
            try {
                mover.move();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // the attempt has ended, and so does this thread
            } catch (IOException | RuntimeException | Error e) { // told by the attempt, if it still asks
                broken = e;
            }
            LockSupport.unpark(attempt);
        };
        Thread thread = new Thread(null, body, attempt.getName() + "-pipe-" + stream, 0, false);
        thread.setDaemon(true);
        return thread;
    }

    private void moveInput() throws InterruptedException {
        try (OutputStream in = process.getOutputStream()) {
            for (byte[] lines = toProcess.take(); lines.length > 0; lines = toProcess.take()) {
                LockSupport.unpark(attempt); // there is room again
                in.write(lines);
                if (toProcess.isEmpty()) {
                    in.flush();
                }
            }
        } catch (IOException e) {
            inputClosed = true; // it reads no more, which is its own affair
        }
        inputClosed = true;
    }

    private void moveOutput() throws IOException, InterruptedException {
        try (InputStream out = process.getInputStream()) {
            byte[] buffer = new byte[CHUNK_BYTES];
            for (int length = out.read(buffer); length >= 0; length = out.read(buffer)) {
                fromProcess.put(Arrays.copyOf(buffer, length));
                LockSupport.unpark(attempt);
            }
        }
        outputEnded = true;
    }

    /** Standard error is read to its end, so that nobody waits for room in it, and its last part kept. */
    private void moveErrors() throws IOException {
        try (InputStream errors = process.getErrorStream()) {
            byte[] buffer = new byte[ERROR_OUTPUT_BYTES];
            for (int length = errors.read(buffer); length >= 0; length = errors.read(buffer)) {
                byte[] before = lastErrors;
                int kept = Math.min(before.length, ERROR_OUTPUT_BYTES - length);
                byte[] all = Arrays.copyOfRange(before, before.length - kept, before.length + length);
                System.arraycopy(buffer, 0, all, kept, length);
                lastErrors = all;
            }
        }
    }

    // ---------------------------------------------------------------- the end

    private void close() {
        if (process.isAlive()) {
            List<ProcessHandle> descendants = process.descendants().toList(); // not known once their parent is gone
            process.destroyForcibly();
            descendants.forEach(ProcessHandle::destroyForcibly);
        }
        movers.forEach(Thread::interrupt);
        awaitEnd();
    }

    private void awaitEnd() {
        boolean interrupted = false;
        for (int i = 0; i < LOOKS_AT_END && isLeft(); i++) {
            try {
                awaitSomeEnd();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isLeft() {
        return process.isAlive() || movers.stream().anyMatch(Thread::isAlive);
    }

    private void awaitSomeEnd() throws InterruptedException {
        if (process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
            for (Thread mover : movers) {
                if (mover.isAlive()) {
                    mover.join(LOOK_MILLIS);
                    return;
                }
            }
        }
    }
}
