package dev.favilla.benchmarks.jet;

import com.hazelcast.collection.IList;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.function.FunctionEx;
import com.hazelcast.function.ToLongFunctionEx;
import com.hazelcast.jet.Traversers;
import com.hazelcast.jet.aggregate.AggregateOperations;
import com.hazelcast.jet.config.JobConfig;
import com.hazelcast.jet.pipeline.BatchSource;
import com.hazelcast.jet.pipeline.BatchStage;
import com.hazelcast.jet.pipeline.Pipeline;
import com.hazelcast.jet.pipeline.Sinks;
import com.hazelcast.jet.pipeline.test.TestSources;
import dev.favilla.benchmarks.workload.Data;
import java.util.Map;

/** Jet's pipelines; each ends in a list of one number, the checksum. */
final class JetJobs {

    private static final String RESULT = "result";

    private JetJobs() {}

    static long one(HazelcastInstance jet) {
        Pipeline pipeline = Pipeline.create();
        BatchStage<Long> one = pipeline.readFrom(TestSources.items(1L));
        return checksum(jet, pipeline, one, number -> number);
    }

    static long wordCount(HazelcastInstance jet, BatchSource<String> lines) {
        Pipeline pipeline = Pipeline.create();
        BatchStage<Map.Entry<String, Long>> counts = pipeline.readFrom(lines)
                .flatMap(line -> Traversers.traverseArray(line.split(" ")))
                .filter(word -> !word.isEmpty())
                .groupingKey(word -> word)
                .aggregate(AggregateOperations.counting());
        return checksum(jet, pipeline, counts, count -> Data.check(count.getKey(), count.getValue()));
    }

    static <K> long sum(
            HazelcastInstance jet,
            BatchSource<Long> numbers,
            FunctionEx<Long, K> key,
            ToLongFunctionEx<Map.Entry<K, Long>> check) {
        Pipeline pipeline = Pipeline.create();
        BatchStage<Map.Entry<K, Long>> sums = pipeline.readFrom(numbers)
                .groupingKey(key)
                .aggregate(AggregateOperations.summingLong(record -> record));
        return checksum(jet, pipeline, sums, check);
    }

    private static <T> long checksum(
            HazelcastInstance jet, Pipeline pipeline, BatchStage<T> stage, ToLongFunctionEx<T> check) {
        // Jet's own sum refuses to overflow, which a checksum does.
        stage.aggregate(AggregateOperations.<T, Long>reducing(0L, check::applyAsLong, (a, b) -> a + b, null))
                .writeTo(Sinks.list(RESULT));
        IList<Long> result = jet.getList(RESULT);
        result.clear();
        jet.getJet().newJob(pipeline, new JobConfig()).join();
        return result.get(0);
    }
}
