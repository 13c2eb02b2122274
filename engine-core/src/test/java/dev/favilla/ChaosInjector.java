package dev.favilla;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.fault.FaultInjector;
import dev.favilla.fault.FaultPoint;
import dev.favilla.fault.FaultSite;
import dev.favilla.spi.EngineControl;
import dev.favilla.spi.EngineExtension;
import dev.favilla.status.SchedulerStatus.ExecutorStatus;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Steps into one context at random: fails attempts, fetches, cached reads and disks, damages blocks, holds attempts up,
 * and loses executors. Keeps book of what it did, so that a job's failure can be told from an unjustified one.
 *
 * <p><b>Replay.</b> Whether and where an attempt fails follows from the seed and its id. All else follows from the seed
 * and from how many sites were reached before, and with real threads that differs from run to run.
 *
 * <p><b>Threads.</b> May be used from any thread.
 */
final class ChaosInjector implements EngineExtension, FaultInjector {

    /**
     * How rough it is. All are probabilities.
     *
     * @param error an attempt fails, per attempt
     * @param fetch a map output cannot be read, per map output and reader
     * @param miss a cached block is not found although it may be there, per look
     * @param damage a bit is flipped, per block that is read as bytes
     * @param disk the disk is full or broken, per step of bytes that are written or read
     * @param delay the attempt is held up, per site
     */
    record Rates(double error, double fetch, double miss, double damage, double disk, double delay) {

        static final Rates USUAL = new Rates(0.05, 0.05, 0.05, 0.02, 0.03, 0.02);

        Rates times(int factor) {
            return new Rates(
                    error * factor, fetch * factor, miss * factor, damage * factor, disk * factor, delay * factor);
        }
    }

    /** What went wrong on purpose. */
    static final class InjectedException extends IOException {

        private static final long serialVersionUID = 1L;
        private static final String WORDS = "on purpose, at ";

        InjectedException(FaultPoint point) {
            super(WORDS + point);
        }

        /** Returns whether {@code thrown} came of one, perhaps on another executor. */
        static boolean caused(Throwable thrown) {
            for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
                if (String.valueOf(cause.getMessage()).contains(WORDS)) {
                    return true;
                }
            }
            return false;
        }
    }

    private static final List<FaultSite> SITES_OF_ERRORS = List.of(
            FaultSite.TASK_START,
            FaultSite.SOURCE_OPEN,
            FaultSite.RECORDS,
            FaultSite.TASK_END,
            FaultSite.OUTPUT_COMMITTED,
            FaultSite.RESULT);

    /** The former two are the scheduler's own turn; a file that cannot be deleted stays until the disk is used again. */
    private static final Set<FaultSite> LEFT_ALONE =
            EnumSet.of(FaultSite.STAGE_SUBMITTED, FaultSite.STAGE_COMPLETED, FaultSite.DISK_DELETE);

    /** Of one stage. */
    private static final int MOST_FETCH_FAILURES = 300;

    /** At a rate per step, a task that writes hundreds of runs would never write them all. */
    private static final int MOST_DISK_FAILURES = 40;

    private static final long LONGEST_DELAY_NANOS = Duration.ofMillis(3).toNanos();

    private record Task(int stageId, int partition) {}

    private final long seed;
    private final Rates rates;
    private final ChaosTally tally;
    private final AtomicLong reached = new AtomicLong();
    private final AtomicLong diskFailures = new AtomicLong();
    private final Map<Task, Integer> errors = new ConcurrentHashMap<>();
    private final Map<Integer, Integer> fetchFailures = new ConcurrentHashMap<>();

    /** How many executors are to be lost, by the number of sites reached by then. */
    private final NavigableMap<Long, Integer> losses = new ConcurrentSkipListMap<>();

    private volatile @Nullable EngineControl control;
    private volatile boolean calm;

    ChaosInjector(long seed, Rates rates, ChaosTally tally) {
        this.seed = seed;
        this.rates = rates;
        this.tally = tally;
    }

    @Override
    public FaultInjector faults() {
        return this;
    }

    @Override
    public void opened(EngineControl opened) {
        control = opened;
    }

    EngineControl control() {
        return Objects.requireNonNull(control, "no context was opened with this injector");
    }

    /** Does no more. */
    void calmDown() {
        calm = true;
    }

    /** Has executors lost, by whoever is the first to reach a site after {@code sites} more. */
    void loseExecutors(int count, int sites) {
        losses.merge(reached.get() + sites, count, Integer::sum);
    }

    /** Returns how many attempts at a partition of a stage were made to fail. */
    int errorsOf(int stageId, int partition) {
        return errors.getOrDefault(new Task(stageId, partition), 0);
    }

    /** Returns how often a disk was made to fail; under which attempts is not known. */
    long diskFailures() {
        return diskFailures.get();
    }

    @Override
    public void reach(FaultPoint point) throws Exception {
        if (calm || LEFT_ALONE.contains(point.site())) {
            return;
        }
        long number = reached.incrementAndGet();
        SplittableRandom random = draw(number);
        Map.Entry<Long, Integer> due = losses.firstEntry();
        if (due != null && due.getKey() <= number && losses.remove(due.getKey(), due.getValue())) {
            lose(due.getValue(), random);
        }
        if (random.nextDouble() < rates.delay()) {
            tally.add(ChaosTally.Fault.DELAY);
            LockSupport.parkNanos(random.nextLong(LONGEST_DELAY_NANOS));
        }
        if (point.site() == FaultSite.FETCH && random.nextDouble() < rates.fetch() && mayFailFetch(point.stageId())) {
            tally.add(ChaosTally.Fault.FETCH_FAILURE);
            throw new InjectedException(point);
        }
        if (point.site() == FaultSite.CACHE_READ && random.nextDouble() < rates.miss()) {
            tally.add(ChaosTally.Fault.CACHE_MISS);
            throw new InjectedException(point);
        }
        if (isOfDisk(point.site())) {
            reachDisk(point, random);
        } else if (point.site() == siteOfError(point.attemptId())) {
            tally.add(ChaosTally.Fault.TASK_ERROR);
            errors.merge(new Task(point.stageId(), point.partition()), 1, Integer::sum);
            throw new InjectedException(point);
        }
    }

    private static boolean isOfDisk(FaultSite site) {
        return site == FaultSite.DISK_WRITE || site == FaultSite.DISK_READ;
    }

    private void reachDisk(FaultPoint point, SplittableRandom random) throws InjectedException {
        if (random.nextDouble() < rates.disk() && diskFailures.incrementAndGet() <= MOST_DISK_FAILURES) {
            tally.add(
                    point.site() == FaultSite.DISK_WRITE
                            ? ChaosTally.Fault.DISK_WRITE_FAILURE
                            : ChaosTally.Fault.DISK_READ_FAILURE);
            throw new InjectedException(point);
        }
    }

    /** At a rate per fetch, a stage that reads hundreds of map outputs would never see them all. */
    private boolean mayFailFetch(int stageId) {
        return fetchFailures.merge(stageId, 1, Integer::sum) <= MOST_FETCH_FAILURES;
    }

    private SplittableRandom draw(long number) {
        return new SplittableRandom(seed + number * 0x9e3779b97f4a7c15L).split();
    }

    private @Nullable FaultSite siteOfError(long attemptId) {
        SplittableRandom random = draw(-1 - attemptId);
        return random.nextDouble() < rates.error() ? SITES_OF_ERRORS.get(random.nextInt(SITES_OF_ERRORS.size())) : null;
    }

    private void lose(int count, SplittableRandom random) {
        for (int i = 0; i < count; i++) {
            List<ExecutorStatus> executors = control().executors();
            if (!executors.isEmpty()) {
                ExecutorId victim =
                        executors.get(random.nextInt(executors.size())).id();
                tally.add(ChaosTally.Fault.EXECUTOR_LOST);
                control().loseExecutor(victim, "chaos", true);
            }
        }
    }

    @Override
    public byte[] bytes(FaultPoint point, byte[] frame) {
        if (calm || frame.length == 0) {
            return frame;
        }
        SplittableRandom random = draw(reached.incrementAndGet());
        if (random.nextDouble() >= rates.damage()) {
            return frame;
        }
        tally.add(ChaosTally.Fault.DAMAGED_BLOCK);
        byte[] damaged = frame.clone();
        damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
        return damaged;
    }

    @Override
    public String toString() {
        return "chaos of seed " + seed + " after " + reached + " sites: " + tally;
    }
}
