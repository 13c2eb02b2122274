package dev.favilla;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a context runs its tasks, in Spark's grammar.
 *
 * @param text as it was given
 * @param cores task slots
 * @param maxTaskFailures failures of one partition that fail a job
 */
record Master(String text, int cores, int maxTaskFailures) {

    private static final Pattern LOCAL =
            Pattern.compile("local(?:\\[\\s*(?<cores>\\*|\\d+)\\s*(?:,\\s*(?<failures>\\d+)\\s*)?])?");

    /** More slots than any machine has cores; a larger number is a mistake. */
    private static final int MAX_CORES = 4096;

    static Master parse(String text) {
        Matcher matcher = LOCAL.matcher(text.strip());
        if (!matcher.matches()) {
            throw invalid(
                    text,
                    text.startsWith("local-cluster")
                            ? "isolated executors are not available in this version; use local[N]"
                            : "expected local, local[N], local[*], local[N,F] or local[*,F], where N is the number of"
                                    + " task slots and F how often a task may fail");
        }
        String cores = matcher.group("cores");
        String failures = matcher.group("failures");
        return new Master(
                text,
                cores == null ? 1 : cores.equals("*") ? available() : positive(text, cores, MAX_CORES),
                failures == null ? 1 : positive(text, failures, Integer.MAX_VALUE));
    }

    static Master allCores() {
        return new Master("local[*]", available(), 1);
    }

    Master withCores(int slots) {
        return new Master("local[" + slots + "]", slots, maxTaskFailures);
    }

    private static int available() {
        return Runtime.getRuntime().availableProcessors();
    }

    private static int positive(String text, String digits, int max) {
        long value = digits.length() > 10 ? Long.MAX_VALUE : Long.parseLong(digits);
        if (value < 1 || value > max) {
            throw invalid(text, "numbers must be between 1 and " + max + ", got " + digits);
        }
        return (int) value;
    }

    private static InvalidSettingException invalid(String text, String problem) {
        return new InvalidSettingException(Setting.MASTER.key(), text, problem + ".");
    }
}
