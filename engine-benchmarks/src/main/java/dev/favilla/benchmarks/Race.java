package dev.favilla.benchmarks;

import dev.favilla.benchmarks.workload.Contender;
import dev.favilla.benchmarks.workload.WordCount;
import dev.favilla.benchmarks.workload.Workload;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Has the systems do one workload in turn: A, B, C, and again as often as there are rounds. */
final class Race {

    /** Small enough that two threads end at about the same time. */
    private static final int FILE_BYTES = 32_000_000;

    private final Options options;
    private final ChildJvm children;

    Race(Options options) {
        this.options = options;
        this.children = new ChildJvm(options);
    }

    RaceResult run(Workload workload) throws IOException, InterruptedException {
        if (workload instanceof WordCount text) {
            new TextFiles(options.text(), FILE_BYTES).generate(text);
        }
        Map<Contender, List<Sample>> samples = new EnumMap<>(Contender.class);
        Map<Contender, String> failures = new EnumMap<>(Contender.class);
        for (int round = 0; round < options.rounds(); round++) {
            for (Contender contender : options.systems()) {
                if (workload.contenders().contains(contender) && !failures.containsKey(contender)) {
                    runOne(workload, contender, samples, failures);
                }
            }
        }
        return new RaceResult(workload, samples, failures);
    }

    private void runOne(
            Workload workload,
            Contender contender,
            Map<Contender, List<Sample>> samples,
            Map<Contender, String> failures)
            throws IOException, InterruptedException {
        System.err.println(workload.name() + ": " + contender.label());
        try {
            samples.computeIfAbsent(contender, first -> new ArrayList<>()).addAll(children.run(contender, workload));
        } catch (FailedRunException e) {
            failures.put(contender, String.valueOf(e.getMessage()));
        }
    }
}
