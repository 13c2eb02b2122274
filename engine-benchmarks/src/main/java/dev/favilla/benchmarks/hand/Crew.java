package dev.favilla.benchmarks.hand;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** A fixed number of threads that work on numbered pieces. With one thread everything runs in the caller. */
final class Crew implements AutoCloseable {

    /** Does one piece and returns what it adds to the sum of all. */
    interface Piece {

        long run(int number) throws Exception;
    }

    private final int threads;
    private final ExecutorService pool;

    Crew(int threads) {
        this.threads = threads;
        this.pool = Executors.newFixedThreadPool(threads, task -> {
            Thread thread = new Thread(task, "crew");
            thread.setDaemon(true);
            return thread;
        });
    }

    int threads() {
        return threads;
    }

    ExecutorService pool() {
        return pool;
    }

    /** Does one piece per thread and returns their sum. */
    long each(Piece piece) throws Exception {
        return all(threads, piece);
    }

    /** Does all pieces, each thread taking the next when it is free, and returns their sum. */
    long all(int pieces, Piece piece) throws Exception {
        AtomicInteger next = new AtomicInteger();
        LongAdder sum = new LongAdder();
        Future<?>[] workers = new Future<?>[threads - 1];
        for (int worker = 0; worker < workers.length; worker++) {
            workers[worker] = pool.submit(() -> {
                take(pieces, piece, next, sum);
                return null;
            });
        }
        take(pieces, piece, next, sum);
        for (Future<?> worker : workers) {
            worker.get();
        }
        return sum.sum();
    }

    private static void take(int pieces, Piece piece, AtomicInteger next, LongAdder sum) throws Exception {
        for (int number = next.getAndIncrement(); number < pieces; number = next.getAndIncrement()) {
            sum.add(piece.run(number));
        }
    }

    /** Runs that many tasks of their own, as an executor service does it. */
    long tasks(int count, Piece task) throws ExecutionException, InterruptedException {
        List<Future<Long>> results = new ArrayList<>(count);
        for (int number = 0; number < count; number++) {
            int mine = number;
            results.add(pool.submit(() -> task.run(mine)));
        }
        long sum = 0;
        for (Future<Long> result : results) {
            sum += result.get();
        }
        return sum;
    }

    /** Returns where the slice of a piece begins; the slice of {@code pieces} would begin at the end. */
    static long sliceStart(long records, int pieces, int piece) {
        return Math.floorDiv(records * piece, pieces);
    }

    @Override
    public void close() {
        pool.shutdownNow();
    }
}
