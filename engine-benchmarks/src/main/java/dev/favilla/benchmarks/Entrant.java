package dev.favilla.benchmarks;

import dev.favilla.benchmarks.workload.Catalogue;
import dev.favilla.benchmarks.workload.Contender;
import dev.favilla.benchmarks.workload.Contestant;
import dev.favilla.benchmarks.workload.Job;
import dev.favilla.benchmarks.workload.Scale;
import dev.favilla.benchmarks.workload.Workload;
import java.io.PrintStream;
import java.nio.file.Path;

/**
 * The main class of a child JVM: one system does one workload.
 *
 * <p>Samples go to standard output, one line each; what the system itself prints goes to standard error.
 */
public final class Entrant {

    private Entrant() {}

    /** Arguments as {@link ChildJvm} writes them. */
    public static void main(String[] arguments) throws Exception {
        PrintStream samples = System.out;
        System.setOut(System.err);
        Contender contender = Contender.of(arguments[0]);
        int threads = Integer.parseInt(arguments[2]);
        Catalogue catalogue =
                new Catalogue(Scale.of(arguments[3]), Integer.parseInt(arguments[4]), Path.of(arguments[5]));
        Workload workload = catalogue.find(arguments[1]).get(0);
        int warmUps = Integer.parseInt(arguments[6]);
        int runs = Integer.parseInt(arguments[7]);
        try (Contestant contestant = contender.enter(threads);
                Job job = workload.openOn(contestant)) {
            if (workload.coldProcess()) { // no counters: loading them costs more than some of what is measured
                samples.println(new Sample(0, 0, 0, 0, job.run()).toLine());
            } else {
                measure(job, warmUps, runs, samples);
            }
        }
        samples.flush();
        System.exit(0); // a system may have left threads
    }

    private static void measure(Job job, int warmUps, int runs, PrintStream samples) throws Exception {
        Meter meter = new Meter();
        for (int warmUp = 0; warmUp < warmUps; warmUp++) {
            meter.measure(job);
        }
        for (int run = 0; run < runs; run++) {
            samples.println(meter.measure(job).toLine());
        }
    }
}
