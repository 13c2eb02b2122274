package dev.favilla.benchmarks;

import dev.favilla.benchmarks.workload.Catalogue;
import dev.favilla.benchmarks.workload.Contender;
import dev.favilla.benchmarks.workload.Workload;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** The command line of the benchmarks; {@link Options#USAGE} says what it takes. */
public final class Main {

    private Main() {}

    /** Exits with 1 if results differ or a system failed, 2 if the arguments are wrong. */
    public static void main(String[] arguments) throws Exception {
        List<String> words = Arrays.asList(arguments);
        if (words.isEmpty() || words.contains("--help")) {
            System.out.print(Options.USAGE + "\n" + HeapRuns.USAGE);
            return;
        }
        if (words.get(0).equals("micro")) {
            System.exit(ChildJvm.runMicro(Options.parse(List.of()), words.subList(1, words.size())));
        }
        try {
            if (words.get(0).equals("heaps")) {
                System.exit(HeapRuns.run(words.subList(1, words.size())) ? 0 : 1);
            }
            System.exit(run(Options.parse(words)) ? 0 : 1);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage() + "\n\n" + Options.USAGE);
            System.exit(2);
        }
    }

    private static boolean run(Options options) throws IOException, InterruptedException {
        Catalogue catalogue = new Catalogue(options.scale(), options.partitions(), options.data());
        if (options.workloads().equals(List.of("list"))) {
            list(catalogue);
            return true;
        }
        List<Workload> workloads = options.workloads().stream()
                .flatMap(name -> catalogue.find(name).stream())
                .toList();
        System.out.println(Machine.describe(options));
        List<RaceResult> results = new ArrayList<>();
        Race race = new Race(options);
        for (Workload workload : workloads) {
            RaceResult result = race.run(workload);
            results.add(result);
            System.out.println(Tables.detail(result));
        }
        System.out.println("### Medians\n\n" + Tables.summary(results, options.systems()));
        return results.stream()
                .allMatch(result -> result.agrees() && result.failures().isEmpty());
    }

    private static void list(Catalogue catalogue) {
        for (Workload workload : catalogue.all()) {
            String systems =
                    workload.contenders().stream().map(Contender::label).collect(Collectors.joining(", "));
            System.out.println(workload.name() + ": " + workload.description() + " [" + systems + "]");
        }
    }
}
