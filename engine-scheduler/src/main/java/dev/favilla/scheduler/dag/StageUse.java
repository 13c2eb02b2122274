package dev.favilla.scheduler.dag;

import dev.favilla.scheduler.StageGraph.StagePlan;

/**
 * One job's part in a stage.
 *
 * @param job the job
 * @param stage the stage, which other jobs may use too
 * @param plan how the job sees the stage; jobs may differ in what is persisted
 * @param totals what the stage did for the job
 */
record StageUse(Job job, Stage stage, StagePlan plan, StageTotals totals) {}
