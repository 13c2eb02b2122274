package dev.favilla.fault;

/**
 * One moment at one site.
 *
 * @param site which site
 * @param stageId the stage that is concerned
 * @param stageAttempt which run of the stage
 * @param partition which of its partitions
 * @param attemptNumber which try at the partition, from 0
 * @param attemptId the attempt's never reused id
 * @param executor where it runs
 * @param block which block is concerned, for example {@code shuffle_3_7_1} (shuffle, map partition, reducer) or
 *     {@code rdd_4_0} (dataset, partition); empty where none is
 */
public record FaultPoint(
        FaultSite site,
        int stageId,
        int stageAttempt,
        int partition,
        int attemptNumber,
        long attemptId,
        String executor,
        String block) {}
