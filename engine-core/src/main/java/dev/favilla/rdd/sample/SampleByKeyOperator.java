package dev.favilla.rdd.sample;

import dev.favilla.closure.Closure;
import dev.favilla.function.MapFunction;
import dev.favilla.lineage.DatasetPartition;
import dev.favilla.lineage.EntryExtractor;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.Operator;
import dev.favilla.lineage.Sink;
import dev.favilla.lineage.TaskInputs;
import dev.favilla.lineage.UserCode;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Entries come through by chance, as {@link SampleOperator} has it, those of each key at a rate of its own.
 *
 * @param draws how often entries of a key come through
 * @param entries takes the records apart
 * @param seed chance
 */
public record SampleByKeyOperator(
        Closure<MapFunction<@Nullable Object, SampleOperator.Draw>> draws, EntryExtractor entries, long seed)
        implements Operator.Push {

    @Override
    public String name() {
        return "sampleByKey";
    }

    @Override
    public List<Closure<?>> functions() {
        return List.of(draws);
    }

    @Override
    public boolean keepsPartitioner() {
        return true;
    }

    @Override
    public boolean mayReuse() {
        return false;
    }

    @Override
    public Sink over(DatasetPartition result, Sink downstream, TaskInputs inputs) {
        LineageNode dataset = result.dataset();
        MapFunction<@Nullable Object, SampleOperator.Draw> drawOf = draws.forTask(inputs.scope());
        SplittableRandom random = SampleOperator.chance(seed, result.number());
        return new SampleOperator.SampleSink(downstream, inputs.scope()) {
            @Override
            int times(@Nullable Object record) {
                SampleOperator.Draw draw;
                try {
                    draw = drawOf.call(entries.key(record));
                } catch (Exception | Error e) {
                    throw UserCode.failure(dataset, record, e);
                }
                return draw.next(random);
            }
        };
    }
}
