package dev.favilla.scheduler;

/**
 * How often things may be tried.
 *
 * @param maxTaskFailures failures of one partition that end its jobs, at least 1
 * @param maxConsecutiveStageAttempts consecutive attempts of one stage that ended for lost input, at least 1
 * @param maxStageAttempts attempts of one stage in all, at least 1
 */
public record RetryPolicy(int maxTaskFailures, int maxConsecutiveStageAttempts, int maxStageAttempts) {

    /** As Spark in local mode: a task's first failure fails the job; lost inputs are recovered. */
    public static final RetryPolicy LOCAL = new RetryPolicy(1, 4, 100);

    public RetryPolicy {
        require("maxTaskFailures", maxTaskFailures);
        require("maxConsecutiveStageAttempts", maxConsecutiveStageAttempts);
        require("maxStageAttempts", maxStageAttempts);
    }

    private static void require(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " must be >= 1, got " + value);
        }
    }

    /** Returns this policy with another limit of failures per partition. */
    public RetryPolicy withMaxTaskFailures(int failures) {
        return new RetryPolicy(failures, maxConsecutiveStageAttempts, maxStageAttempts);
    }
}
