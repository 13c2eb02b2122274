package dev.favilla;

import dev.favilla.attempt.TaskScope;
import dev.favilla.scheduler.ResultTooLargeException;
import dev.favilla.task.TaskContext;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * How much the results of each running job take: what its attempts are gathering, on all executors, and what those have
 * gathered that ended well, until the job ends. The scheduler sees results only once they are whole.
 *
 * <p><b>Threads.</b> May be used from any thread; a {@link Share} belongs to its attempt's.
 */
final class ResultSizes {

    private final long limitBytes;
    private final Map<Integer, OfJob> jobs = new ConcurrentHashMap<>();

    /** @param limitBytes how much the results of one job may take */
    ResultSizes(long limitBytes) {
        this.limitBytes = limitBytes;
    }

    /** Begins to count what the attempt of {@code scope} gathers, which runs on this thread. */
    static Share open(TaskScope scope) {
        TaskContext task = Objects.requireNonNull(TaskContext.get(), "outside of a task: a bug in Favilla");
        ResultSizes sizes = scope.attachment(
                ResultSizes.class, ResultSizes.class, () -> new ResultSizes(Long.MAX_VALUE)); // no context, no limit
        Share share = sizes.new Share(scope, task.jobId(), task.partition());
        scope.onClose(share::close);
        return share;
    }

    /** Forgets a job that has ended. */
    void end(int jobId) {
        jobs.remove(jobId);
    }

    /** Returns how many jobs there is something known of. */
    int size() {
        return jobs.size();
    }

    private OfJob enter(int jobId) {
        return Objects.requireNonNull(jobs.compute(jobId, (id, known) -> {
            OfJob job = known == null ? new OfJob() : known;
            job.gathering++;
            return job;
        }));
    }

    private void leave(int jobId, OfJob job) {
        jobs.computeIfPresent(jobId, (id, known) -> {
            if (known == job) {
                job.gathering--;
            }
            return known.gathering == 0 && known.finished.isEmpty() ? null : known;
        });
    }

    private static final class OfJob {

        private final AtomicLong bytes = new AtomicLong();

        /** Attempts at work. Changed by the map's computations only. */
        private int gathering;

        /** What the last attempt at each partition has left that ended well. */
        private final Map<Integer, Long> finished = new ConcurrentHashMap<>();
    }

    /** What one attempt gathers. */
    final class Share {

        private final TaskScope scope;
        private final int jobId;
        private final int partition;
        private @Nullable OfJob job;
        private long counted;
        private long noticed;

        private Share(TaskScope scope, int jobId, int partition) {
            this.scope = scope;
            this.jobId = jobId;
            this.partition = partition;
        }

        /**
         * Says how much the attempt holds now.
         *
         * @throws ResultTooLargeException if that is too much together with what others hold, now or whenever it was
         *     asked before
         */
        void hold(long bytes) {
            OfJob all = job;
            if (all == null) {
                all = enter(jobId);
                job = all;
            }
            long now = all.bytes.addAndGet(bytes - counted);
            counted = bytes;
            if (now > limitBytes) {
                noticed = Math.max(noticed, now);
            }
            if (noticed > 0) {
                throw new ResultTooLargeException(noticed, limitBytes);
            }
        }

        /** Says that the attempt's work is done, and leaves what it holds to the job; not if it was told to stop. */
        void finish() {
            OfJob all = job;
            if (all != null && scope.killReason().isEmpty()) {
                Long before = all.finished.put(partition, counted);
                all.bytes.addAndGet(before == null ? 0 : -before);
                leave(jobId, all);
                job = null;
            }
        }

        /** Counts what the attempt holds no longer, unless it is finished. */
        void close() {
            OfJob all = job;
            if (all != null) {
                all.bytes.addAndGet(-counted);
                leave(jobId, all);
                job = null;
            }
        }
    }
}
