package dev.favilla.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One test's audit: what was there when it began, against what is there when it is closed.
 *
 * <p>Counted are live threads and entries of one directory whose names start with {@value #PREFIX}, and whatever the
 * test's probes measure.
 *
 * <p><b>Threads.</b> Begun and closed by the thread that runs the test. Closing waits a bounded time for threads that
 * are about to end.
 *
 * <p><b>Failures.</b> {@link #close} throws a {@link LeakError} with all findings.
 */
final class LeakAudit implements AutoCloseable {

    static final String PREFIX = "favilla-";

    private final Path directory;
    private final Duration patience;
    private final Set<Thread> threadsBefore;
    private final Set<Path> filesBefore;
    private final LeakProbes probes = new LeakProbes();

    private LeakAudit(Path directory, Duration patience) {
        this.directory = directory;
        this.patience = patience;
        this.threadsBefore = threads();
        this.filesBefore = files(directory);
    }

    /**
     * Remembers what is there now.
     *
     * @param directory where new files are leaks
     * @param patience how long {@link #close} waits for new threads to end, all of them together
     */
    static LeakAudit begin(Path directory, Duration patience) {
        return new LeakAudit(directory, patience);
    }

    LeakProbes probes() {
        return probes;
    }

    @Override
    public void close() {
        awaitNewThreads();
        List<String> findings = new ArrayList<>();
        newThreads().forEach(thread -> findings.add(describe(thread)));
        newFiles().forEach(file -> findings.add("file " + file));
        findings.addAll(probes.findings());
        if (!findings.isEmpty()) {
            throw new LeakError(findings);
        }
    }

    private void awaitNewThreads() {
        long deadline = System.nanoTime() + patience.toNanos();
        for (Thread thread : newThreads()) {
            try {
                TimeUnit.NANOSECONDS.timedJoin(thread, deadline - System.nanoTime());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // someone wants this test over: report what is there now
                return;
            }
        }
    }

    private List<Thread> newThreads() {
        return threads().stream()
                .filter(thread -> !threadsBefore.contains(thread) && thread.isAlive())
                .toList();
    }

    private List<Path> newFiles() {
        return files(directory).stream()
                .filter(file -> !filesBefore.contains(file))
                .sorted()
                .toList();
    }

    private static Set<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith(PREFIX))
                .collect(Collectors.toUnmodifiableSet());
    }

    private static Set<Path> files(Path directory) {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.filter(entry -> entry.getFileName().toString().startsWith(PREFIX))
                    .collect(Collectors.toUnmodifiableSet());
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot list " + directory + " for the leak audit", e);
        }
    }

    private static String describe(Thread thread) {
        String stack = Arrays.stream(thread.getStackTrace())
                .map(frame -> "\n      at " + frame)
                .collect(Collectors.joining());
        return "thread \"" + thread.getName() + "\" (" + thread.getState() + ")" + stack;
    }
}
