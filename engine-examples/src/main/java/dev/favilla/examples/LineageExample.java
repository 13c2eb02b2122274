package dev.favilla.examples;

import dev.favilla.EngineContext;
import dev.favilla.PairRDD;
import dev.favilla.RDD;
import dev.favilla.lineage.Dependency;
import dev.favilla.lineage.ShuffleDependency;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Shows what a small pipeline is, what would run, and what ran. */
final class LineageExample implements Command {

    private static final String DEFAULT_MASTER = "local[2]";
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @Override
    public String name() {
        return "lineage";
    }

    @Override
    public String summary() {
        return "shows a small pipeline, its plan, and step by step what really happened";
    }

    @Override
    public String help() {
        return """
                Usage: java -jar engine-examples.jar lineage [OPTION]...

                Builds parallelize(1..8, 4).map(x -> x * 2).filter(x -> x > 5).groupBy(x -> x % 2), binding each step to
                the same variable, and prints each step's id and dependencies, the lineage and the plan. Then runs it and
                prints what happened, by stage and partition: where each task ran, what its partition held before and
                after each step, what it sent where, and the result.

                Options:
                  --master M  as for wordcount; local[2] if not given
                  --debug     print the stack trace of an error
                  --help      print this
                """;
    }

    @Override
    public Set<String> flags() {
        return Set.of();
    }

    @Override
    public Set<String> options() {
        return Set.of("--master");
    }

    @Override
    public void run(Arguments arguments, Console console) throws Exception {
        arguments.requireNoOperands();
        PrintStream out = console.out();
        try (LineageTrace trace = LineageTrace.begin();
                EngineContext engine = EngineContext.builder()
                        .appName("lineage")
                        .master(arguments.value("--master").orElse(DEFAULT_MASTER))
                        .open()) {
            PairRDD<Integer, Iterable<Integer>> groups = build(engine, trace.run(), out);

            heading("Lineage, the last step first", out);
            out.println(groups.toDebugString());
            heading("Plan, before anything runs", out);
            out.println(groups.explain());

            engine.addListener(trace);
            Map<Integer, Iterable<Integer>> result = new TreeMap<>(groups.collectAsMap());
            if (!trace.awaitEnd(PATIENCE)) {
                throw new IOException(
                        "the engine has not told the end of the job within " + PATIENCE.toSeconds() + " s");
            }

            heading("What happened, by stage and partition", out);
            new TracePrinter(trace, groups.partitioner().orElseThrow(), out).print();
            heading("Result", out);
            result.forEach((key, values) -> out.println(key + " -> " + values));
            if (!result.containsKey(1)) {
                out.println("no key 1");
            }
        }
    }

    /**
     * Each function also notes what it sees; the steps are those that the help names. The last one binds a variable of
     * its own, because pairs have a type of their own.
     */
    private static PairRDD<Integer, Iterable<Integer>> build(EngineContext engine, String run, PrintStream out) {
        heading("Steps, each a new dataset bound to the same variable", out);
        RDD<Integer> rdd =
                engine.parallelize(IntStream.rangeClosed(1, 8).boxed().toList(), 4);
        describe("parallelize(1..8, 4)", rdd, out);
        rdd = rdd.map(x -> LineageTrace.of(run).mapped(x, x * 2));
        describe("map(x -> x * 2)", rdd, out);
        rdd = rdd.filter(x -> LineageTrace.of(run).filtered(x, x > 5));
        describe("filter(x -> x > 5)", rdd, out);
        PairRDD<Integer, Iterable<Integer>> groups =
                rdd.groupBy(x -> LineageTrace.of(run).keyed(x, x % 2));
        describe("groupBy(x -> x % 2)", groups, out);
        out.println("what the variable was bound to before is unchanged: " + rdd + " still has "
                + rdd.getNumPartitions() + " partitions and id " + rdd.id());
        return groups;
    }

    private static void describe(String step, RDD<?> rdd, PrintStream out) {
        out.println(step);
        out.println("  id " + rdd.id() + ", " + rdd.getNumPartitions() + " partitions, " + rdd);
        out.println("  depends on " + dependencies(rdd.dependencies()));
    }

    private static String dependencies(List<Dependency> dependencies) {
        if (dependencies.isEmpty()) {
            return "nothing: a source";
        }
        return String.join(
                ", ", dependencies.stream().map(LineageExample::describe).toList());
    }

    private static String describe(Dependency dependency) {
        return dependency instanceof ShuffleDependency shuffle
                ? shuffle.parent() + ", wide: " + shuffle.spec()
                : dependency.parent() + ", narrow";
    }

    private static void heading(String text, PrintStream out) {
        out.println("== " + text);
    }
}
