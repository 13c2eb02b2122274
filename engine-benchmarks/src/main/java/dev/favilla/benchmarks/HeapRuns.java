package dev.favilla.benchmarks;

import dev.favilla.benchmarks.heap.HeapPipeline;
import dev.favilla.benchmarks.heap.HeapRecords;
import dev.favilla.benchmarks.heap.HeapResult;
import dev.favilla.benchmarks.workload.Contender;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Runs pipelines in heaps that are too small for their data, and prints tables of what came of it. */
final class HeapRuns {

    static final String USAGE = """
            Usage: java -jar benchmarks.jar heaps matrix [options]    every pipeline in a small heap
                   java -jar benchmarks.jar heaps curve [options]     the same data in larger and smaller heaps
                   java -jar benchmarks.jar heaps smallest [options]  the smallest heap each pipeline ends in

              --pipelines LIST    %s (matrix: all; else the first four that shuffle)
              --systems LIST      favilla,spark (matrix and curve: favilla; smallest: both)
              --heap MB           of the matrix (64)
              --data MB           of records as objects (matrix: 8 times the heap; curve: 768; smallest: 256)
              --threads N         task slots (2)
              --partitions N      on each side of a shuffle (16)
              --limit SECONDS     for one JVM (600)
            """.formatted(
                    Stream.of(HeapPipeline.values()).map(HeapPipeline::option).collect(Collectors.joining(",")));

    private static final Map<Contender, String> SYSTEMS =
            Map.of(Contender.FAVILLA, "FavillaHeap", Contender.SPARK, "SparkHeap");
    private static final List<HeapPipeline> SHUFFLING =
            List.of(HeapPipeline.REDUCE_BY_KEY, HeapPipeline.GROUP_BY_KEY, HeapPipeline.SORT_BY_KEY, HeapPipeline.JOIN);
    private static final int STEP_MB = 32;
    private static final int LARGEST_MB = 2048;

    private final Settings settings;

    private HeapRuns(Settings settings) {
        this.settings = settings;
    }

    /** Returns whether all that ran was right. */
    static boolean run(List<String> words) throws IOException, InterruptedException {
        String what = words.isEmpty() ? "" : words.get(0);
        Settings settings = Settings.of(words.subList(Math.min(1, words.size()), words.size()));
        HeapRuns runs = new HeapRuns(settings);
        return switch (what) {
            case "matrix" -> runs.matrix();
            case "curve" -> runs.curve();
            case "smallest" -> runs.smallest();
            default ->
                throw new IllegalArgumentException("heaps must be told matrix, curve or smallest, got '" + what + "'");
        };
    }

    // --- every pipeline in a small heap

    private boolean matrix() throws IOException, InterruptedException {
        int heap = settings.heapMb();
        int data = settings.dataMb(8 * heap);
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("pipeline", "system", "heap", "data", "spilled", "time", "GC", "result", "next 20 jobs"));
        boolean right = true;
        for (HeapPipeline pipeline : settings.pipelines(List.of(HeapPipeline.values()))) {
            for (Contender system : settings.systems(List.of(Contender.FAVILLA))) {
                Outcome outcome = outcome(system, pipeline, heap, data);
                rows.add(row(system, pipeline, heap, data, outcome));
                right &= outcome.isRight();
                System.err.println(rows.get(rows.size() - 1));
            }
        }
        System.out.println(Tables.table(rows));
        return right;
    }

    private static List<String> row(Contender system, HeapPipeline pipeline, int heap, int data, Outcome outcome) {
        List<String> row = new ArrayList<>(List.of(pipeline.label(), system.label(), heap + " MB", data + " MB"));
        HeapResult result = outcome.result();
        if (result == null) {
            row.addAll(List.of("-", "-", "-", outcome.failure(), "-"));
        } else {
            row.add(result.spilledBytes() < 0 ? "?" : Tables.bytes(result.spilledBytes()));
            row.add(Tables.time(result.nanos()));
            row.add(percent(result.gcShare()));
            row.add(result.right() ? "right" : "WRONG");
            row.add(result.nextRight() ? "right" : "WRONG");
        }
        return row;
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.0f %%", 100 * share);
    }

    // --- the same data in larger and smaller heaps

    private boolean curve() throws IOException, InterruptedException {
        int data = settings.dataMb(768);
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("pipeline", "system", "heap", "data", "spilled", "time", "GC", "result", "next 20 jobs"));
        boolean right = true;
        for (HeapPipeline pipeline : settings.pipelines(SHUFFLING)) {
            for (Contender system : settings.systems(List.of(Contender.FAVILLA))) {
                for (double times : new double[] {4, 2, 1, 0.5, 0.25}) {
                    int heap = (int) (data * times);
                    Outcome outcome = outcome(system, pipeline, heap, data);
                    rows.add(row(system, pipeline, heap, data, outcome));
                    right &= outcome.isRight();
                    System.err.println(rows.get(rows.size() - 1));
                }
            }
        }
        System.out.println(Tables.table(rows));
        return right;
    }

    // --- the smallest heap

    private boolean smallest() throws IOException, InterruptedException {
        int data = settings.dataMb(256);
        List<Contender> systems = settings.systems(List.of(Contender.FAVILLA, Contender.SPARK));
        List<List<String>> rows = new ArrayList<>();
        rows.add(Stream.concat(Stream.of("pipeline", "data"), systems.stream().map(system -> system.label() + " -Xmx"))
                .toList());
        for (HeapPipeline pipeline : settings.pipelines(SHUFFLING)) {
            List<String> row = new ArrayList<>(List.of(pipeline.label(), data + " MB"));
            for (Contender system : systems) {
                row.add(smallest(system, pipeline, data)
                        .map(heap -> heap + " MB")
                        .orElse("above " + LARGEST_MB + " MB"));
            }
            rows.add(row);
            System.err.println(row);
        }
        System.out.println(Tables.table(rows));
        return true;
    }

    /** Halves the range: what ends in a heap is taken to end in a larger one. */
    private Optional<Integer> smallest(Contender system, HeapPipeline pipeline, int data)
            throws IOException, InterruptedException {
        int tooSmall = 0;
        int enough = LARGEST_MB / STEP_MB + 1;
        while (enough - tooSmall > 1) {
            int middle = enough > LARGEST_MB / STEP_MB ? Math.max(1, 2 * tooSmall) : (tooSmall + enough) / 2;
            middle = Math.min(middle, enough - 1);
            if (outcome(system, pipeline, middle * STEP_MB, data).isRight()) {
                enough = middle;
            } else {
                tooSmall = middle;
            }
        }
        return enough > LARGEST_MB / STEP_MB ? Optional.empty() : Optional.of(enough * STEP_MB);
    }

    // --- one JVM

    private Outcome outcome(Contender system, HeapPipeline pipeline, int heapMb, int dataMb)
            throws IOException, InterruptedException {
        long records = ((long) dataMb << 20) / HeapRecords.BYTES / 128 * 128;
        List<String> arguments = List.of(
                "dev.favilla.benchmarks.heap." + SYSTEMS.get(system),
                Integer.toString(settings.threads()),
                pipeline.option(),
                Long.toString(records),
                Integer.toString(settings.partitions()));
        try {
            return ChildJvm.lines(
                            system, heapMb + "m", "dev.favilla.benchmarks.heap.HeapChild", arguments, settings.limit())
                    .stream()
                    .filter(HeapResult::isLine)
                    .map(line -> new Outcome(HeapResult.ofLine(line), ""))
                    .findFirst()
                    .orElseGet(() -> new Outcome(null, "said nothing"));
        } catch (FailedRunException e) {
            return new Outcome(null, String.valueOf(e.getMessage()));
        }
    }

    /** @param result null if there is none */
    private record Outcome(HeapResult result, String failure) {

        boolean isRight() {
            return result != null && result.right() && result.nextRight();
        }
    }

    /** What the command line says. */
    private record Settings(Options.Words words) {

        static Settings of(List<String> arguments) {
            return new Settings(Options.Words.of(arguments));
        }

        List<HeapPipeline> pipelines(List<HeapPipeline> otherwise) {
            String list = words.text("--pipelines", "");
            return list.isEmpty()
                    ? otherwise
                    : Arrays.stream(list.split(",")).map(HeapPipeline::of).toList();
        }

        List<Contender> systems(List<Contender> otherwise) {
            String list = words.text("--systems", "");
            List<Contender> systems = list.isEmpty()
                    ? otherwise
                    : Arrays.stream(list.split(",")).map(Contender::of).toList();
            if (!SYSTEMS.keySet().containsAll(systems)) {
                throw new IllegalArgumentException("heaps are for favilla and spark, got '" + list + "'");
            }
            return systems;
        }

        int heapMb() {
            return words.number("--heap", 64);
        }

        int dataMb(int otherwise) {
            return words.number("--data", otherwise);
        }

        int threads() {
            return words.number("--threads", 2);
        }

        int partitions() {
            return words.number("--partitions", 16);
        }

        int limit() {
            return words.number("--limit", 600);
        }
    }
}
