package dev.favilla;

import dev.favilla.scheduler.AccumulatorRegistry;
import dev.favilla.scheduler.ContextId;
import dev.favilla.scheduler.JobScheduler;
import dev.favilla.scheduler.dag.SchedulerStateMachine;
import dev.favilla.scheduler.service.SchedulerService;
import dev.favilla.serializer.Serializer;
import dev.favilla.shuffle.DriverMapOutputTracker;
import dev.favilla.shuffle.ExecutorId;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The parts of one context, built from the bottom up and closed from the top down.
 *
 * @param room the executor
 * @param scheduler runs jobs
 * @param accumulators the driver's accumulators
 * @param broadcasts the driver's broadcasts
 */
record Engine(Room room, JobScheduler scheduler, AccumulatorRegistry accumulators, Broadcasts broadcasts) {

    /**
     * Address space, taken up only as far as it is used: joins whose right sides are joins nest on the stack, and so do
     * records that refer to each other in long chains when they are serialized.
     */
    private static final long STACK_BYTES = 32L << 20;

    static Engine start(EngineSettings settings) {
        ContextId owner = new ContextId(new SecureRandom().nextLong());
        String name = "favilla-" + HexFormat.of().toHexDigits((int) owner.bits());
        Serializer serializer = settings.serialization().serializer();
        Broadcasts broadcasts = new Broadcasts(owner, serializer);
        AccumulatorRegistry accumulators = new AccumulatorRegistry();
        List<Room> rooms = new ArrayList<>();
        JobScheduler scheduler = new SchedulerService(
                observed -> new SchedulerStateMachine(
                        new DriverMapOutputTracker(), settings.retries(), Clock.systemUTC(), observed),
                List.of(post -> {
                    ExecutorId id = new ExecutorId("driver", 0);
                    Room room = Room.open(id, settings, serializer, broadcasts, daemons(name + "-slot-"), post);
                    rooms.add(room);
                    return room.backend();
                }),
                accumulators,
                Clock.systemUTC(),
                daemons(name + "-service-"),
                settings.listenerQueueCapacity());
        return new Engine(rooms.get(0), scheduler, accumulators, broadcasts);
    }

    private static ThreadFactory daemons(String prefix) {
        AtomicInteger next = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(null, task, prefix + next.getAndIncrement(), STACK_BYTES);
            thread.setDaemon(true);
            return thread;
        };
    }

    /** Closes the parts and returns what did not stop in time. */
    List<String> close(Duration deadline) {
        List<String> stuck = scheduler.close(deadline);
        room.copies().clear();
        broadcasts.clear();
        return stuck;
    }
}
