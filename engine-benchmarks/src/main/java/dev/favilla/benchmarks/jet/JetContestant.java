package dev.favilla.benchmarks.jet;

import com.hazelcast.config.Config;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.jet.pipeline.BatchSource;
import com.hazelcast.jet.pipeline.SourceBuilder;
import com.hazelcast.jet.pipeline.file.FileFormat;
import com.hazelcast.jet.pipeline.file.FileSources;
import dev.favilla.benchmarks.workload.Contestant;
import dev.favilla.benchmarks.workload.Data;
import dev.favilla.benchmarks.workload.Job;
import dev.favilla.benchmarks.workload.StartUp;
import dev.favilla.benchmarks.workload.SumByLong;
import dev.favilla.benchmarks.workload.SumByString;
import dev.favilla.benchmarks.workload.WordCount;

/** Hazelcast Jet: one member, as many cooperative threads as the others have. */
public final class JetContestant implements Contestant {

    private final int threads;
    private HazelcastInstance member;

    public JetContestant(int threads) {
        this.threads = threads;
    }

    private HazelcastInstance member() {
        if (member == null) {
            member = open();
        }
        return member;
    }

    private HazelcastInstance open() {
        Config config = new Config();
        config.setClusterName("benchmarks");
        config.setProperty("hazelcast.logging.type", "none");
        config.setProperty("hazelcast.phone.home.enabled", "false");
        config.setProperty("hazelcast.shutdownhook.enabled", "false");
        config.setProperty("hazelcast.socket.bind.any", "false");
        config.getJetConfig().setEnabled(true).setCooperativeThreadCount(threads);
        config.getNetworkConfig().getInterfaces().setEnabled(true).addInterface("127.0.0.1");
        config.getNetworkConfig().getJoin().getAutoDetectionConfig().setEnabled(false);
        config.getNetworkConfig().getJoin().getMulticastConfig().setEnabled(false);
        return Hazelcast.newHazelcastInstance(config);
    }

    @Override
    public Job openAndClose(StartUp work) {
        return () -> {
            HazelcastInstance fresh = open();
            try {
                return JetJobs.one(fresh);
            } finally {
                fresh.getLifecycleService().terminate();
            }
        };
    }

    @Override
    public Job wordCount(WordCount work) {
        HazelcastInstance jet = member();
        return () -> JetJobs.wordCount(jet, lines(work));
    }

    private static BatchSource<String> lines(WordCount work) {
        return FileSources.files(work.directory().toString())
                .format(FileFormat.lines())
                .build();
    }

    @Override
    public Job sumByLong(SumByLong work) {
        HazelcastInstance jet = member();
        long keys = work.keys();
        return () -> JetJobs.sum(
                jet,
                numbers(work.records()),
                record -> Data.key(record, keys),
                sum -> Data.check(sum.getKey(), sum.getValue()));
    }

    @Override
    public Job sumByString(SumByString work) {
        HazelcastInstance jet = member();
        long keys = work.keys();
        return () -> JetJobs.sum(
                jet,
                numbers(work.records()),
                record -> Data.text(record, keys),
                sum -> Data.check(sum.getKey(), sum.getValue()));
    }

    /** Returns a range of numbers, every thread making its slice. */
    private BatchSource<Long> numbers(long records) {
        return SourceBuilder.batch(
                        "numbers",
                        context -> new Slice(records, context.totalParallelism(), context.globalProcessorIndex()))
                .<Long>fillBufferFn(Slice::fill)
                .distributed(threads)
                .build();
    }

    /** The numbers of one source processor. */
    private static final class Slice {

        private static final int AT_ONCE = 1024;

        private final long end;
        private long next;

        Slice(long records, int slices, int slice) {
            this.next = records * slice / slices;
            this.end = records * (slice + 1) / slices;
        }

        void fill(SourceBuilder.SourceBuffer<Long> buffer) {
            long stop = Math.min(end, next + AT_ONCE);
            while (next < stop) {
                buffer.add(next++);
            }
            if (next == end) {
                buffer.close();
            }
        }
    }

    @Override
    public void close() {
        if (member != null) {
            member.getLifecycleService().terminate();
        }
    }
}
