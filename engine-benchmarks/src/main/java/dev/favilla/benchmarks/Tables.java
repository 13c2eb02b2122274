package dev.favilla.benchmarks;

import dev.favilla.benchmarks.workload.Contender;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Prints results as Markdown. */
final class Tables {

    private static final String NONE = "-";

    private Tables() {}

    /** Returns one workload's table, a row for each system. */
    static String detail(RaceResult result) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of(
                "system",
                "median",
                "fastest",
                "per " + result.workload().unit(),
                "x primitive",
                "x boxed",
                "x Spark",
                "CPU",
                "allocated",
                "GC",
                "runs"));
        for (Contender contender : result.samples().keySet()) {
            rows.add(row(result, contender));
        }
        StringBuilder text = new StringBuilder();
        text.append("### ").append(result.workload().name()).append("\n\n");
        text.append(result.workload().description()).append(".\n\n").append(table(rows));
        result.failures()
                .forEach((contender, why) -> text.append("\n")
                        .append(contender.label())
                        .append(" did not get through: ")
                        .append(why)
                        .append("\n"));
        if (!result.agrees()) {
            text.append("\n**The results differ:** ").append(checksums(result)).append("\n");
        }
        return text.toString();
    }

    private static List<String> row(RaceResult result, Contender contender) {
        List<Sample> runs = result.samples().get(contender);
        double nanos = result.median(contender, Sample::nanos).orElseThrow();
        long fastest = runs.stream().mapToLong(Sample::nanos).min().orElseThrow();
        double cpu = result.median(contender, Sample::cpuNanos).orElseThrow();
        double allocated = result.median(contender, Sample::allocatedBytes).orElseThrow();
        double gc = result.median(contender, Sample::gcMillis).orElseThrow() * 1e6 / nanos;
        boolean counted = !result.workload().coldProcess();
        return List.of(
                contender.label(),
                time(nanos),
                time(fastest),
                time(nanos / result.workload().units()),
                ratio(result.ratio(contender, Contender.PRIMITIVE)),
                ratio(result.ratio(contender, Contender.BOXED)),
                ratio(result.ratio(contender, Contender.SPARK)),
                counted ? time(cpu) : NONE,
                counted ? bytes(allocated) : NONE,
                counted ? String.format(Locale.ROOT, "%.0f %%", 100 * gc) : NONE,
                Integer.toString(runs.size()));
    }

    private static String checksums(RaceResult result) {
        return result.samples().entrySet().stream()
                .map(entry -> entry.getKey().label() + " "
                        + entry.getValue().stream()
                                .map(sample -> Long.toHexString(sample.checksum()))
                                .distinct()
                                .collect(Collectors.joining("/")))
                .collect(Collectors.joining(", "));
    }

    /** Returns one table of medians, a row for each workload, with ours compared to the others. */
    static String summary(List<RaceResult> results, List<Contender> systems) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(Stream.of(
                        Stream.of("workload"),
                        systems.stream().map(Contender::label),
                        Stream.of("ours x boxed", "ours x primitive", "ours x Spark"))
                .flatMap(cells -> cells)
                .toList());
        for (RaceResult result : results) {
            List<String> row = new ArrayList<>();
            row.add(result.workload().name());
            for (Contender system : systems) {
                OptionalDouble median = result.median(system, Sample::nanos);
                row.add(
                        result.failures().containsKey(system)
                                ? "failed"
                                : median.isPresent() ? time(median.getAsDouble()) : NONE);
            }
            for (Contender base : List.of(Contender.BOXED, Contender.PRIMITIVE, Contender.SPARK)) {
                row.add(ratio(result.ratio(Contender.FAVILLA, base)));
            }
            rows.add(row);
        }
        return table(rows);
    }

    /** Returns a table whose first row is the head. */
    static String table(List<List<String>> rows) {
        StringBuilder text = new StringBuilder();
        for (int row = 0; row < rows.size(); row++) {
            text.append(rows.get(row).stream().collect(Collectors.joining(" | ", "| ", " |\n")));
            if (row == 0) {
                text.append("| --- |")
                        .append(" ---: |".repeat(rows.get(0).size() - 1))
                        .append("\n");
            }
        }
        return text.toString();
    }

    private static String ratio(OptionalDouble ratio) {
        if (ratio.isEmpty()) {
            return NONE;
        }
        double value = ratio.getAsDouble();
        return String.format(Locale.ROOT, value < 10 ? "%.2f" : "%.0f", value);
    }

    /** Returns three digits and a unit. */
    static String time(double nanos) {
        if (nanos >= 1e9) {
            return digits(nanos / 1e9) + " s";
        }
        if (nanos >= 1e6) {
            return digits(nanos / 1e6) + " ms";
        }
        return nanos >= 1e3 ? digits(nanos / 1e3) + " us" : digits(nanos) + " ns";
    }

    /** Returns three digits and a unit. */
    static String bytes(double bytes) {
        if (bytes >= 1e9) {
            return digits(bytes / 1e9) + " GB";
        }
        return bytes >= 1e6 ? digits(bytes / 1e6) + " MB" : digits(bytes / 1e3) + " kB";
    }

    private static String digits(double value) {
        return String.format(Locale.ROOT, value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%.0f", value);
    }
}
