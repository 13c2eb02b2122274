package dev.favilla;

import dev.favilla.fault.FaultInjector;
import dev.favilla.memory.MemoryReclaimer;
import dev.favilla.pipeline.CodeCache;
import dev.favilla.pipeline.strict.StrictMode;
import dev.favilla.pipeline.strict.Strictness;
import dev.favilla.scheduler.AccumulatorRegistry;
import dev.favilla.scheduler.ContextId;
import dev.favilla.scheduler.JobScheduler;
import dev.favilla.scheduler.dag.DagScheduler;
import dev.favilla.scheduler.service.SchedulerService;
import dev.favilla.serializer.Serializer;
import dev.favilla.shuffle.BlockServers;
import dev.favilla.shuffle.DriverMapOutputTracker;
import dev.favilla.spi.Cluster;
import dev.favilla.spi.RemoteExecutor;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/**
 * The parts of one context, built from the bottom up and closed from the top down.
 *
 * @param scheduler runs jobs
 * @param executors the executors
 * @param accumulators the driver's accumulators
 * @param broadcasts the driver's broadcasts
 * @param results how much the results of running jobs take
 * @param serializer for records
 * @param actionThreads makes threads for actions that take several jobs while their caller goes on
 * @param housekeeping deletes files that are not needed any more
 */
record Engine(
        JobScheduler scheduler,
        ExecutorControl executors,
        AccumulatorRegistry accumulators,
        Broadcasts broadcasts,
        ResultSizes results,
        Serializer serializer,
        ThreadFactory actionThreads,
        Housekeeping housekeeping) {

    /**
     * @param reclaimer gives back what nobody can reach any more
     * @param faults steps in at fault points, if anybody does
     */
    static Engine start(EngineSettings settings, MemoryReclaimer reclaimer, @Nullable FaultInjector faults) {
        ContextId owner = new ContextId(new SplittableRandom().nextLong()); // no secret; SecureRandom loads 80 classes
        String name = "favilla-" + HexFormat.of().toHexDigits((int) owner.bits());
        Elsewhere elsewhere = settings.master().elsewhere();
        Serializer serializer = serializer(settings, elsewhere);
        Broadcasts broadcasts = new Broadcasts(owner, serializer);
        AccumulatorRegistry accumulators = new AccumulatorRegistry(serializer);
        Clock clock = Clock.systemUTC();
        Housekeeping housekeeping = new Housekeeping(EngineThreads.forService(name + "-housekeeping-"));
        ExecutorParts.Plan plan = new ExecutorParts.Plan(
                settings,
                serializer,
                broadcasts,
                new ResultSizes(settings.scheduling().maxResultBytes()),
                reclaimer,
                EngineThreads.forSlots(name + "-slot-"),
                clock,
                faults,
                housekeeping,
                CodeCache.after(settings.specializeAfter()),
                strict(settings.strictness(), serializer));
        ExecutorFactory factory = new ExecutorFactory(plan, settings.transfer().open(name));
        JobScheduler scheduler = elsewhere == null
                ? scheduler(plan, factory, accumulators, clock, EngineThreads.forService(name + "-service-"))
                : elsewhere(settings, elsewhere, plan, accumulators);
        return new Engine(
                scheduler,
                new ExecutorControl(factory, scheduler),
                accumulators,
                broadcasts,
                plan.results(),
                serializer,
                EngineThreads.forService(name + "-action-"),
                housekeeping);
    }

    /** Returns what writes records; so that other processes can read them, if some are to. */
    private static Serializer serializer(EngineSettings settings, @Nullable Elsewhere elsewhere) {
        Serializer own = settings.serialization().serializer();
        return elsewhere == null ? own : own.numberedBy(elsewhere.classes());
    }

    private static JobScheduler elsewhere(
            EngineSettings settings, Elsewhere elsewhere, ExecutorParts.Plan plan, AccumulatorRegistry accumulators) {
        Cluster cluster = elsewhere.cluster();
        try {
            Broadcasts broadcasts = plan.broadcasts();
            ExecutorRecipe recipe = ExecutorRecipe.of(broadcasts.owner(), settings, elsewhere);
            RemoteExecutor here = recipe.open(
                    BlockServers.DRIVER, new DriverBroadcasts(broadcasts), elsewhere.classes(), plan.serializer());
            return cluster.start(new Cluster.Driver(recipe, here, accumulators, broadcasts, plan.threads()));
        } catch (RuntimeException | Error e) {
            cluster.disconnect();
            throw e;
        }
    }

    private static @Nullable StrictMode strict(Strictness strictness, Serializer serializer) {
        return strictness == Strictness.OFF ? null : new StrictMode(serializer, strictness == Strictness.FULL);
    }

    private static JobScheduler scheduler(
            ExecutorParts.Plan plan,
            ExecutorFactory factory,
            AccumulatorRegistry accumulators,
            Clock clock,
            ThreadFactory threads) {
        EngineSettings settings = plan.settings();
        SchedulerService.Parts parts = new SchedulerService.Parts(
                accumulators,
                clock,
                threads,
                settings.listenerQueueCapacity(),
                plan.isolation(),
                plan.faults(),
                factory::replacement);
        return new SchedulerService(
                observed -> new DagScheduler(
                        DriverMapOutputTracker::new,
                        settings.retries(),
                        settings.scheduling(),
                        parts.clock(),
                        observed),
                factory.first(),
                parts);
    }

    /** Returns whether everything between executors, and between them and the driver, passes as bytes. */
    boolean isolated() {
        return executors.factory().passesBytes();
    }

    /** Closes the parts and returns what did not stop in time. */
    List<String> close(Duration deadline) {
        List<String> stuck = new ArrayList<>(scheduler.close(deadline));
        stuck.addAll(executors.factory().close(deadline));
        stuck.addAll(housekeeping.close(deadline));
        broadcasts.clear();
        return stuck;
    }
}
