package dev.favilla.examples;

import static dev.favilla.examples.JobStatistics.count;

import dev.favilla.Broadcast;
import dev.favilla.EngineContext;
import dev.favilla.Pair;
import dev.favilla.RDD;
import dev.favilla.attempt.Metric;
import dev.favilla.attempt.MetricValues;
import dev.favilla.examples.TaxTable.Salary;
import dev.favilla.function.MapFunction;
import dev.favilla.status.JobReport;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Looks rates up in a table that tasks get in two ways: captured by their function, and by broadcast. */
final class TaxExample implements Command {

    private static final int SALARIES = 50_000;
    private static final int PARTITIONS = 8;

    @Override
    public String name() {
        return "tax";
    }

    @Override
    public String summary() {
        return "uses a table of rates, once captured by a function and once by broadcast";
    }

    @Override
    public String help() {
        return """
                Usage: java -jar engine-examples.jar tax [OPTION]...

                Multiplies salaries by the rate of the town they are paid in, sums the tax by county, and does so twice:
                the function captures the table of rates, which is then copied for each attempt of a task, or it captures
                a broadcast of it, which is copied once. Prints how many bytes were copied, and the totals.

                Options:
                  --master M      as for wordcount; local[*] if not given
                  --partitions P  spread the salaries over P partitions; 8 if not given
                  --debug         print the stack trace of an error
                  --help          print this
                """;
    }

    @Override
    public Set<String> flags() {
        return Set.of();
    }

    @Override
    public Set<String> options() {
        return Set.of("--master", "--partitions");
    }

    @Override
    public void run(Arguments arguments, Console console) throws Exception {
        arguments.requireNoOperands();
        int partitions = arguments.positive("--partitions").orElse(PARTITIONS);
        EngineContext.Builder builder = EngineContext.builder().appName("tax");
        arguments.value("--master").ifPresent(builder::master);
        try (EngineContext engine = builder.open()) {
            compare(engine, partitions, console.out());
        }
    }

    private static void compare(EngineContext engine, int partitions, PrintStream out) {
        Map<String, Integer> rates = TaxTable.rates();
        RDD<Salary> salaries = engine.parallelize(TaxTable.salaries(SALARIES), partitions);
        out.println(count(rates.size(), "rate") + ", " + count(SALARIES, "salary record") + " in "
                + count(partitions, "partition"));

        Map<String, Long> captured = totals(salaries, salary -> salary.tax(rateOf(salary, rates)));
        out.println("captured:  " + closures(engine));

        Broadcast<Map<String, Integer>> shared = engine.broadcast(rates);
        Map<String, Long> broadcast = totals(salaries, salary -> salary.tax(rateOf(salary, shared.value())));
        out.println(
                "broadcast: " + closures(engine) + "; " + count(shared.serializedBytes(), "broadcast byte") + ", once");

        captured.forEach((county, cents) -> out.println(county + "\t" + money(cents)));
        if (!captured.equals(broadcast)) {
            throw new IllegalStateException(
                    "the totals differ: " + captured + " captured, " + broadcast + " broadcast");
        }
        out.println("both ways give the same totals");
    }

    private static int rateOf(Salary salary, Map<String, Integer> rates) {
        Integer rate = rates.get(salary.town());
        if (rate == null) {
            throw new IllegalArgumentException("there is no rate for " + salary.town());
        }
        return rate;
    }

    /** Returns the tax by county, in cents. */
    private static Map<String, Long> totals(RDD<Salary> salaries, MapFunction<Salary, Long> tax) {
        return new TreeMap<>(salaries.mapToPair(salary -> Pair.of(salary.county(), tax.call(salary)))
                .reduceByKey(Long::sum)
                .collectAsMap());
    }

    /** Says what the functions of the last job weighed. */
    private static String closures(EngineContext engine) {
        List<JobReport> jobs = engine.recentJobs();
        MetricValues metrics = jobs.get(jobs.size() - 1).metrics();
        return count(metrics.get(Metric.CLOSURE_BYTES), "closure byte") + " in "
                + (metrics.get(Metric.CLOSURE_COPIES) == 1 ? "1 copy" : metrics.get(Metric.CLOSURE_COPIES) + " copies");
    }

    private static String money(long cents) {
        return String.format(Locale.ROOT, "%,d.%02d", cents / 100, cents % 100);
    }
}
