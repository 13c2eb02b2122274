package dev.favilla.scheduler.service;

import dev.favilla.event.EngineEvent;
import dev.favilla.fault.FaultInjector;
import dev.favilla.fault.FaultPoint;
import dev.favilla.fault.FaultSite;
import org.slf4j.LoggerFactory;

/**
 * Shows a test kit when stages begin and end, on the scheduler's turn and before anything is launched for it.
 *
 * <p><b>Failures.</b> There is nothing at these sites that could fail: what is thrown is logged.
 */
record StageSites(FaultInjector injector) {

    void show(EngineEvent event) {
        if (event instanceof EngineEvent.StageSubmitted submitted) {
            reach(FaultSite.STAGE_SUBMITTED, submitted.stage().stageId(), submitted.stageAttempt());
        } else if (event instanceof EngineEvent.StageCompleted completed) {
            reach(FaultSite.STAGE_COMPLETED, completed.stage().stageId(), completed.stageAttempt());
        }
    }

    private void reach(FaultSite site, int stageId, int stageAttempt) {
        try {
            injector.reach(new FaultPoint(site, stageId, stageAttempt, -1, 0, -1, "", ""));
        } catch (Throwable t) { // the scheduler must not suffer from a test kit
            LoggerFactory.getLogger(StageSites.class)
                    .warn("{} of stage {} was made to fail, but cannot", site, stageId, t);
        }
    }
}
