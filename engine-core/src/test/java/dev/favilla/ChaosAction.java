package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** An action, and what must come of it. */
enum ChaosAction {
    COLLECT {
        @Override
        void run(Job job) {
            assertThat(job.dataset().collect()).isEqualTo(job.expected());
        }
    },
    COUNT {
        @Override
        void run(Job job) {
            assertThat(job.dataset().count()).isEqualTo(job.expected().size());
        }
    },
    REDUCE {
        @Override
        void run(Job job) {
            RDD<Long> values = job.dataset().values();
            long sum = job.expected().stream().mapToLong(Pair::value).sum();
            assertThat(job.expected().isEmpty() ? values.fold(0L, Long::sum) : values.reduce(Long::sum))
                    .isEqualTo(sum);
        }
    },
    TAKE {
        @Override
        void run(Job job) {
            int n = Math.min(job.number() % 20, job.expected().size());
            assertThat(job.dataset().take(n)).isEqualTo(job.expected().subList(0, n));
        }
    },
    TAKE_ORDERED {
        @Override
        void run(Job job) {
            int n = job.number() % 20;
            assertThat(job.dataset().values().takeOrdered(n))
                    .isEqualTo(job.expected().stream()
                            .map(Pair::value)
                            .sorted()
                            .limit(n)
                            .toList());
        }
    },
    COLLECT_AS_MAP {
        @Override
        void run(Job job) {
            Map<Integer, Long> lastOfEach = new HashMap<>();
            job.expected().forEach(pair -> lastOfEach.put(pair.key(), pair.value()));
            assertThat(job.dataset().collectAsMap()).isEqualTo(lastOfEach);
        }
    },
    ACCUMULATE {
        @Override
        void run(Job job) {
            LongAccumulator seen = job.seen();
            List<Pair<Integer, Long>> result = job.dataset()
                    .map(pair -> {
                        seen.add(pair.value());
                        return pair;
                    })
                    .collect();
            assertThat(result).isEqualTo(job.expected());
            assertAllSeen(job);
        }
    },
    FOREACH {
        @Override
        void run(Job job) {
            LongAccumulator seen = job.seen();
            job.dataset().foreach(pair -> seen.add(pair.value()));
            assertAllSeen(job);
        }
    },
    SAVE_AS_TEXT_FILE {
        @Override
        void run(Job job) throws IOException {
            job.dataset().saveAsTextFile(job.output().toString());
            assertThat(saved(job.output()))
                    .isEqualTo(job.expected().stream().map(Pair::toString).toList());
        }
    };

    /**
     * One job.
     *
     * @param number counts the jobs of a round
     * @param dataset what it reads
     * @param expected the records of the dataset, in order
     * @param seen to be added to, and only if the job succeeds
     * @param output where it may write
     */
    record Job(
            int number,
            PairRDD<Integer, Long> dataset,
            List<Pair<Integer, Long>> expected,
            LongAccumulator seen,
            Path output) {}

    /** Runs it and compares. */
    abstract void run(Job job) throws IOException;

    private static void assertAllSeen(Job job) {
        assertThat(job.seen().count()).isEqualTo(job.expected().size());
        assertThat(job.seen().sum())
                .isEqualTo(job.expected().stream().mapToLong(Pair::value).sum());
    }

    private static List<String> saved(Path output) throws IOException {
        List<String> lines = new ArrayList<>();
        List<Path> files;
        try (Stream<Path> entries = Files.list(output)) {
            files = entries.sorted().toList();
        }
        assertThat(files).contains(output.resolve("_SUCCESS"));
        for (Path file : files) {
            assertThat(file.getFileName().toString()).matches("_SUCCESS|part-[0-9]{5}");
            lines.addAll(Files.readAllLines(file));
        }
        return lines;
    }
}
