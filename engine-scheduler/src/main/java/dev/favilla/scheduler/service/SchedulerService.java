package dev.favilla.scheduler.service;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.event.EngineEvent;
import dev.favilla.event.EngineListener;
import dev.favilla.fault.FaultInjector;
import dev.favilla.lineage.LineageBinary;
import dev.favilla.scheduler.AccumulatorRegistry;
import dev.favilla.scheduler.EventGate;
import dev.favilla.scheduler.ExecutorBackend;
import dev.favilla.scheduler.ExecutorMaker;
import dev.favilla.scheduler.JobHandle;
import dev.favilla.scheduler.JobRequest;
import dev.favilla.scheduler.JobScheduler;
import dev.favilla.scheduler.JobSelector;
import dev.favilla.scheduler.SchedulerEvent;
import dev.favilla.scheduler.SchedulerStateMachine;
import dev.favilla.scheduler.StageGraph;
import dev.favilla.serializer.Serializer;
import dev.favilla.status.SchedulerStatus;
import dev.favilla.status.SchedulerTables;
import dev.favilla.task.TaskContext;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Runs jobs: the state machine, the loop that feeds it, the executors that do what it commands, and the bus that tells
 * observers.
 *
 * <p><b>Threads.</b> All methods may be called from any thread, also from tasks and listeners, and wherever it is on its
 * stack. They leave what they have to say in the loop's inbox and wake somebody; the state machine never runs on their
 * thread, but on one of the engine's at the base of its stack: an executor's slot between two attempts, the helper, or
 * the timer. Beyond its executors' slots the service has three threads at most, all started when needed: the helper,
 * for what is posted while no slot is idle, and the timer that waits for the moment the state machine has asked for, both
 * gone after a second without work, and one that calls listeners.
 *
 * <p><b>Failures.</b> If the state machine throws, all jobs fail with that error, and the service begins anew with empty
 * executors. An error of a calling thread, such as the end of its stack, is that thread's only: what it was about to
 * submit either is no job, or ends by itself.
 */
public final class SchedulerService implements JobScheduler {

    /** How many events one thread applies before it hands over: well below a millisecond of work. */
    private static final int TURN_LIMIT = 256;

    private static final String CLOSED = "the context was closed";

    private final Parts parts;
    private final ExecutorRegistry registry;
    private final ListenerBus bus;
    private final StartedThreads threads;
    private final OnDemandThread helper;
    private final Timer alarm;

    /** Whether executors are to say when attempts start. */
    private final BooleanSupplier wantsStarts;

    private final SchedulerTurn turn;
    private final SchedulerLoop<LoopMessage> loop;

    private final AtomicInteger nextJobId = new AtomicInteger();
    private final AtomicBoolean closing = new AtomicBoolean();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile List<String> leftAfterClose = List.of();

    /**
     * Builds the service from the bottom up and offers the executors' slots to the state machine.
     *
     * @param machine makes the state machine, given what tells whether anybody observes
     * @param executors make the executors, each given where its events go; closed with the service
     * @param parts what else the service works with
     */
    public SchedulerService(
            Function<BooleanSupplier, SchedulerStateMachine> machine, List<ExecutorMaker> executors, Parts parts) {
        this(new ListenerBus(parts.threads(), parts.listenerQueueCapacity()), machine, executors, parts);
    }

    SchedulerService(
            ListenerBus bus,
            Function<BooleanSupplier, SchedulerStateMachine> machine,
            List<ExecutorMaker> executors,
            Parts parts) {
        this.bus = bus;
        this.parts = parts;
        this.registry = new ExecutorRegistry(this::gate);
        this.threads = new StartedThreads(parts.threads());
        FaultInjector faults = parts.faults();
        BooleanSupplier observed = faults == null ? bus::isObserved : () -> true;
        this.alarm = new Timer(parts.clock(), threads, this::timePassed);
        SchedulerStateMachine first = machine.apply(observed);
        this.wantsStarts = first.timesAttempts() ? () -> true : observed;
        this.turn = new SchedulerTurn(
                first,
                this::isTurn,
                new SchedulerTurn.Parts(
                        registry,
                        parts.replacement(),
                        parts.accumulators(),
                        observed,
                        faults == null ? bus::publish : observers(new StageSites(faults), bus),
                        alarm::set,
                        parts.clock(),
                        this::post));
        this.loop = new SchedulerLoop<>(LoopMessage.Happened::new, this::wake, TURN_LIMIT, turn::handle, turn::fail);
        this.helper = new OnDemandThread(parts.threads(), loop::isWaiting, loop::drain);
        for (ExecutorMaker executor : executors) {
            loop.leave(new LoopMessage.Added(executor, new Reply<>()));
        }
        loop.drain(); // here, where nothing can suffer yet, rather than start a thread for it
    }

    private static Consumer<EngineEvent> observers(StageSites sites, ListenerBus bus) {
        return event -> {
            sites.show(event);
            bus.publish(event);
        };
    }

    private boolean isTurn() {
        return loop.isDrainedHere();
    }

    private void wake() {
        if (!registry.wake()) {
            helper.wake();
        }
    }

    /** Called by the timer, at the base of its stack. */
    private void timePassed() {
        loop.leave(new SchedulerEvent.TimePassed());
        loop.drain();
    }

    /** Returns what the events of another executor pass on their way into the loop. */
    private EventGate gate() {
        return new EventGate(loop, wantsStarts);
    }

    private void post(SchedulerEvent event) {
        loop.accept(event);
    }

    /**
     * {@inheritDoc}
     *
     * <p>The lineage is cut into stages on the calling thread. Where executors are isolated, that thread also writes
     * all that they are to be told, so that what cannot be written is known before there is a job.
     *
     * @throws IllegalStateException after {@link #close}
     * @throws dev.favilla.serializer.SerializationException if executors are isolated and the lineage or the action
     *     cannot be written
     */
    @Override
    public JobHandle submit(JobRequest request) {
        requireOpen(request);
        StageGraph stages = StageGraph.of(request.target(), request.partitions(), kept(request));
        Serializer isolation = parts.isolation();
        JobRequest written = isolation == null ? request : written(request, stages, isolation);
        int jobId = nextJobId.getAndIncrement();
        JobTicket ticket = new JobTicket(
                jobId, written, parts.clock(), reason -> cancel(new JobSelector.One(jobId), reason), turn.unwanted());
        LoopMessage submitted =
                new LoopMessage.Submitted(ticket, new SchedulerEvent.JobSubmitted(jobId, written, stages));
        try {
            loop.post(submitted);
        } catch (RuntimeException | Error e) { // it may be in the inbox all the same
            ticket.forget();
            throw e;
        }
        return ticket;
    }

    private static JobRequest written(JobRequest request, StageGraph stages, Serializer isolation) {
        for (StageGraph.StagePlan stage : stages.stages()) {
            stage.output()
                    .ifPresent(
                            output -> // kept there
                            output.binary(isolation, List.of(stage.rddIds(), stage.parentShuffles())));
        }
        return new JobRequest(
                request.target(),
                request.partitions(),
                request.action(),
                request.persisted(),
                request.names(),
                request.callSite(),
                request.properties(),
                LineageBinary.of(request.target(), request.action(), isolation));
    }

    @Override
    public Optional<List<@Nullable Object>> staged(int jobId) {
        return ask(machine -> machine.staged(jobId));
    }

    @Override
    public void cancel(JobSelector jobs, String reason) {
        post(new SchedulerEvent.JobsCancelled(jobs, reason));
    }

    @Override
    public void killAttempt(long attemptId, String reason) {
        post(new SchedulerEvent.AttemptUnwanted(attemptId, reason));
    }

    @Override
    public void addExecutor(ExecutorMaker executor) {
        requireNotClosed();
        registry.forgetEnded(here());
        Reply<Optional<RuntimeException>> added = new Reply<>();
        Optional<RuntimeException> refusal = answer(new LoopMessage.Added(executor, added), added);
        if (refusal.isPresent()) {
            throw refusal.get();
        }
        requireNotClosed();
    }

    private void requireNotClosed() {
        if (closing.get()) {
            throw new IllegalStateException("Cannot add an executor: the context is closed. Open another one.");
        }
    }

    @Override
    public List<ExecutorBackend> executors() {
        return registry.holding();
    }

    @Override
    public void drainExecutor(ExecutorId executor) {
        Reply<Boolean> spared = new Reply<>();
        if (!answer(new LoopMessage.Draining(executor, spared), spared)) {
            throw new IllegalStateException(
                    "Cannot drain " + executor + ": no other executor would be left to run tasks. Add one before.");
        }
    }

    /**
     * {@inheritDoc}
     *
     * <p>May be called from one of the executor's own tasks, which is stopped like the others.
     */
    @Override
    public void loseExecutor(ExecutorId executor, String reason) {
        registry.forgetEnded(here());
        loop.post(new LoopMessage.Lost(executor, reason, null));
    }

    @Override
    public void replaceExecutor(ExecutorId executor, String reason, ExecutorMaker replacement) {
        requireNotClosed();
        registry.forgetEnded(here());
        loop.post(new LoopMessage.Lost(executor, reason, replacement));
    }

    private static Optional<ExecutorId> here() {
        return Optional.ofNullable(TaskContext.get()).map(TaskContext::executor);
    }

    private void requireOpen(JobRequest request) {
        if (closing.get()) {
            throw new IllegalStateException(
                    "Cannot run " + request.callSite() + ": the context is closed. Open another one.");
        }
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
        loop.post(new LoopMessage.Published(event));
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
        return ask(SchedulerStateMachine::tables);
    }

    @Override
    public SchedulerStatus status() {
        return ask(SchedulerStateMachine::status);
    }

    private <T> T ask(Function<SchedulerStateMachine, T> question) {
        Reply<T> reply = new Reply<>();
        return answer(new LoopMessage.Asked<>(question, reply), reply);
    }

    /** Has a message handled and waits for the answer to it. */
    private <T> T answer(LoopMessage message, Reply<T> reply) {
        if (loop.isDrainedHere()) {
            turn.handle(message);
        } else {
            loop.post(message);
        }
        return reply.get();
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
            turn.closes();
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
        post(new SchedulerEvent.Stopped(CLOSED));
        Duration forListeners = whole.dividedBy(4);
        List<String> left =
                new ArrayList<>(registry.close(Deadline.in(positive(end.left().minus(forListeners)))));
        settle(end);
        left.addAll(bus.close(end.left()));
        alarm.close();
        helper.close(end); // an idle one ends at once; a busy one once it has drained
        loop.end();
        loop.post(new LoopMessage.Closed(CLOSED)); // ends what nobody else has ended
        threads.awaitEnd(end);
        return List.copyOf(left);
    }

    /** Waits until what was posted so far has been applied, so that observers are told of it before the bus closes. */
    private void settle(Deadline end) {
        if (!loop.isDrainedHere()) {
            Reply<SchedulerTables> reply = new Reply<>();
            loop.post(new LoopMessage.Asked<>(SchedulerStateMachine::tables, reply));
            reply.await(end);
        }
    }

    private boolean isOwnThread() {
        return here().filter(registry::knows).isPresent() || bus.isDelivering() || loop.isDrainedHere();
    }

    private static Duration positive(Duration duration) {
        return duration.isNegative() ? Duration.ZERO : duration;
    }

    /**
     * What the service works with.
     *
     * @param accumulators the context's accumulators
     * @param clock tells when the state machine is to be woken, and how long jobs took that it cannot report on any more
     * @param threads makes the helper, the timer and the thread of the listeners
     * @param listenerQueueCapacity how many events may wait for each listener, at least 1
     * @param isolation writes what isolated executors are told; null where they share objects with the driver
     * @param faults shown when stages begin and end; null outside of tests
     * @param replacement makes an executor for the place of one that is given up because the scheduler failed
     */
    public record Parts(
            AccumulatorRegistry accumulators,
            InstantSource clock,
            ThreadFactory threads,
            int listenerQueueCapacity,
            @Nullable Serializer isolation,
            @Nullable FaultInjector faults,
            Function<ExecutorId, ExecutorMaker> replacement) {}
}
