package dev.favilla.frame;

/**
 * What a framed block says about itself: enough to know, before anything in it is parsed, that it is whole, undamaged
 * and the one that was asked for.
 *
 * @param blockId which block, for example {@code shuffle_3_7_1}
 * @param attemptId the attempt that wrote it
 * @param inputVersion what a cached block was computed from; 0 for map outputs, whose attempt tells them apart
 * @param recordCount how many records follow
 */
public record BlockHeader(String blockId, long attemptId, long inputVersion, long recordCount) {}
