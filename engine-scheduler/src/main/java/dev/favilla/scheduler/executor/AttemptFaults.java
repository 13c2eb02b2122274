package dev.favilla.scheduler.executor;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.fault.FaultInjector;
import dev.favilla.fault.FaultPoint;
import dev.favilla.fault.FaultProbe;
import dev.favilla.fault.FaultSite;
import dev.favilla.scheduler.TaskSpec;

/** Tells an injector which attempt reaches a site. */
record AttemptFaults(FaultInjector injector, TaskSpec task, ExecutorId executor) implements FaultProbe {

    @Override
    public void reach(FaultSite site, String block) throws Exception {
        injector.reach(point(site, block));
    }

    @Override
    public byte[] bytes(FaultSite site, String block, byte[] frame) {
        return injector.bytes(point(site, block), frame);
    }

    private FaultPoint point(FaultSite site, String block) {
        return new FaultPoint(
                site,
                task.stageId(),
                task.stageAttempt(),
                task.partition(),
                task.attemptNumber(),
                task.attemptId(),
                executor.toString(),
                block);
    }
}
