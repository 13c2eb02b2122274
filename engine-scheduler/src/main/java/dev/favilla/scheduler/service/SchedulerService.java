package dev.favilla.scheduler.service;

import dev.favilla.scheduler.AccumulatorRegistry;
import dev.favilla.scheduler.EngineEvent;
import dev.favilla.scheduler.EngineListener;
import dev.favilla.scheduler.ExecutorBackend;
import dev.favilla.scheduler.JobHandle;
import dev.favilla.scheduler.JobRequest;
import dev.favilla.scheduler.JobScheduler;
import dev.favilla.scheduler.SchedulerCommand;
import dev.favilla.scheduler.SchedulerEvent;
import dev.favilla.scheduler.SchedulerTables;
import dev.favilla.scheduler.StageGraph;
import dev.favilla.scheduler.TaskContext;
import dev.favilla.scheduler.dag.SchedulerStateMachine;
import dev.favilla.shuffle.ExecutorId;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs jobs: the state machine, the loop that feeds it, the executors that do what it commands, and the bus that tells
 * observers.
 *
 * <p><b>Threads.</b> All methods may be called from any thread, also from tasks and listeners. The state machine runs on
 * the thread of whoever posts an event, a bounded number of events at a time. Beyond its executors' slots the service
 * has two threads at most, both started when needed: one that goes on where somebody has drained enough events, gone
 * after a second without work, and one that calls listeners.
 *
 * <p><b>Failures.</b> If the state machine throws, all jobs fail with that error, and new ones are refused.
 */
public final class SchedulerService implements JobScheduler {

    /** How many events one thread applies before it hands over: well below a millisecond of work. */
    private static final int TURN_LIMIT = 256;

    private static final Duration HELPER_KEEP_ALIVE = Duration.ofSeconds(1);
    private static final String CLOSED = "the context was closed";

    private final Machine machine;
    private final InstantSource clock;
    private final Map<ExecutorId, ExecutorBackend> executors = new LinkedHashMap<>();
    private final ListenerBus bus;
    private final ThreadPoolExecutor helper;
    private final SchedulerTurn turn;
    private final SchedulerLoop<Turn> loop;

    private final AtomicInteger nextJobId = new AtomicInteger();
    private final AtomicBoolean closing = new AtomicBoolean();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile List<String> leftAfterClose = List.of();

    /**
     * Builds the service from the bottom up and offers the executors' slots to the state machine.
     *
     * @param machine makes the state machine, given what tells whether anybody observes
     * @param executors make the executors, each given where its events go; closed with the service
     * @param accumulators the context's accumulators
     * @param clock tells how long jobs took that the state machine cannot report on any more
     * @param threads makes the helper and the thread of the listeners
     * @param listenerQueueCapacity how many events may wait for each listener, at least 1
     */
    public SchedulerService(
            Function<BooleanSupplier, SchedulerStateMachine> machine,
            List<Function<Consumer<SchedulerEvent>, ExecutorBackend>> executors,
            AccumulatorRegistry accumulators,
            InstantSource clock,
            ThreadFactory threads,
            int listenerQueueCapacity) {
        this(
                new ListenerBus(threads, listenerQueueCapacity),
                observed -> adapt(machine.apply(observed)),
                executors,
                accumulators,
                clock,
                threads);
    }

    SchedulerService(
            ListenerBus bus,
            Function<BooleanSupplier, Machine> machine,
            List<Function<Consumer<SchedulerEvent>, ExecutorBackend>> executors,
            AccumulatorRegistry accumulators,
            InstantSource clock,
            ThreadFactory threads) {
        this.bus = bus;
        this.clock = clock;
        this.machine = machine.apply(bus::isObserved);
        this.helper = new ThreadPoolExecutor(
                1, 1, HELPER_KEEP_ALIVE.toMillis(), TimeUnit.MILLISECONDS, new LinkedBlockingQueue<>(), threads);
        helper.allowCoreThreadTimeOut(true);
        this.turn = new SchedulerTurn(this.machine, this.executors, accumulators, bus, clock, this::post);
        this.loop = new SchedulerLoop<>(helper, TURN_LIMIT, turn::handle, turn::fail);
        for (Function<Consumer<SchedulerEvent>, ExecutorBackend> factory : executors) {
            ExecutorBackend executor = factory.apply(this::post);
            this.executors.put(executor.id(), executor);
        }
        for (ExecutorBackend executor : this.executors.values()) {
            post(new SchedulerEvent.ExecutorAdded(executor.id(), executor.slots()));
        }
    }

    private static Machine adapt(SchedulerStateMachine machine) {
        return new Machine() {

            @Override
            public List<SchedulerCommand> on(SchedulerEvent event) {
                return machine.on(event);
            }

            @Override
            public SchedulerTables tables() {
                return machine.tables();
            }
        };
    }

    private void post(SchedulerEvent event) {
        loop.post(new Turn.Happened(event));
    }

    /**
     * {@inheritDoc}
     *
     * <p>The lineage is cut into stages on the calling thread. If that thread finds the scheduler idle, it also takes
     * the decisions that follow, and performs them.
     *
     * @throws IllegalStateException after {@link #close}, and after the scheduler has failed
     */
    @Override
    public JobHandle submit(JobRequest request) {
        requireOpen(request);
        StageGraph stages = StageGraph.of(request.target(), request.partitions(), kept(request));
        int jobId = nextJobId.getAndIncrement();
        JobTicket ticket = new JobTicket(
                jobId, request, clock.instant(), reason -> post(new SchedulerEvent.JobCancelled(jobId, reason)));
        turn.expect(ticket);
        post(new SchedulerEvent.JobSubmitted(jobId, request, stages));
        if (closed.getCount() == 0) { // closed meanwhile: nobody else will end this job
            turn.abortAll(CLOSED, null);
        }
        return ticket;
    }

    private void requireOpen(JobRequest request) {
        if (closing.get()) {
            throw new IllegalStateException(
                    "Cannot run " + request.callSite() + ": the context is closed. Open another one.");
        }
        turn.failure().ifPresent(error -> {
            throw new IllegalStateException(
                    "Cannot run " + request.callSite() + ": the scheduler of this context has failed, which is a bug of"
                            + " the engine. Close the context and open another one.",
                    error);
        });
    }

    private static Set<Integer> kept(JobRequest request) {
        if (request.persisted().isEmpty()) {
            return Set.of();
        }
        return request.persisted().entrySet().stream()
                .filter(entry -> entry.getValue().keeps())
                .map(Map.Entry::getKey)
                .collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public void addListener(EngineListener listener) {
        bus.add(listener);
    }

    @Override
    public void removeListener(EngineListener listener) {
        bus.remove(listener);
    }

    @Override
    public void publish(EngineEvent.Extension event) {
        bus.publish(event);
    }

    @Override
    public void unpersist(int rddId) {
        post(new SchedulerEvent.DatasetUnpersisted(rddId));
    }

    @Override
    public void release(int shuffleId) {
        post(new SchedulerEvent.ShuffleUnreachable(shuffleId));
    }

    @Override
    public SchedulerTables tables() {
        return loop.isDrainedHere() ? machine.tables() : ask().join();
    }

    private CompletableFuture<SchedulerTables> ask() {
        CompletableFuture<SchedulerTables> answer = new CompletableFuture<>();
        loop.post(new Turn.Asked(answer));
        return answer;
    }

    @Override
    public long droppedEvents() {
        return bus.dropped();
    }

    /**
     * {@inheritDoc}
     *
     * <p>A second caller waits for the first, unless it is one that the first waits for: a task or a listener of this
     * service. Nobody waits for itself, so a task may close the context it runs in and goes on to its own end.
     */
    @Override
    public List<String> close(Duration deadline) {
        Deadline end = Deadline.in(deadline);
        if (closing.compareAndSet(false, true)) {
            try {
                leftAfterClose = closeAll(end, deadline);
            } finally {
                closed.countDown();
            }
        } else if (!isOwnThread()) {
            end.await(closed);
        }
        return leftAfterClose;
    }

    private List<String> closeAll(Deadline end, Duration whole) {
        List<String> left = new ArrayList<>();
        post(new SchedulerEvent.Stopped(CLOSED));
        Duration forListeners = whole.dividedBy(4);
        for (ExecutorBackend executor : executors.values()) {
            closeExecutor(executor, positive(end.left().minus(forListeners)), left);
        }
        settle(end);
        left.addAll(bus.close(end.left()));
        turn.abortAll(CLOSED, null);
        helper.shutdown(); // an idle one ends at once; a busy one once it has drained
        return List.copyOf(left);
    }

    private static void closeExecutor(ExecutorBackend executor, Duration deadline, List<String> left) {
        try {
            left.addAll(executor.close(deadline));
        } catch (RuntimeException | Error e) { // the rest is to be closed, too
            logger().warn("{} did not close cleanly", executor.id(), e);
            left.add(executor.id() + " did not close cleanly: " + e);
        }
    }

    /** Waits until what was posted so far has been applied, so that observers are told of it before the bus closes. */
    private void settle(Deadline end) {
        if (!loop.isDrainedHere()) {
            end.await(ask());
        }
    }

    private boolean isOwnThread() {
        TaskContext task = TaskContext.get();
        return (task != null && executors.containsKey(task.executor())) || bus.isDelivering() || loop.isDrainedHere();
    }

    private static Duration positive(Duration duration) {
        return duration.isNegative() ? Duration.ZERO : duration;
    }

    /** Asked for only when there is something to say: without a binding the first logger prints a banner. */
    private static Logger logger() {
        return LoggerFactory.getLogger(SchedulerService.class);
    }
}
