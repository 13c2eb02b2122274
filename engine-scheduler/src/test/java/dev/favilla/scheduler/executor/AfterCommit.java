package dev.favilla.scheduler.executor;

import dev.favilla.attempt.TaskScope;
import dev.favilla.shuffle.MapOutput;
import dev.favilla.shuffle.MapOutputs;
import dev.favilla.shuffle.ShuffleManager;
import dev.favilla.shuffle.ShuffleReader;
import dev.favilla.shuffle.ShuffleSpec;
import dev.favilla.shuffle.ShuffleWriter;
import dev.favilla.storage.EncodedBlock;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A shuffle where something happens just after a writer has committed. */
record AfterCommit(ShuffleManager shuffle, Consumer<TaskScope> then) implements ShuffleManager {

    @Override
    public ShuffleWriter writer(ShuffleSpec spec, int mapPartition, TaskScope scope) {
        ShuffleWriter writer = shuffle.writer(spec, mapPartition, scope);
        return new ShuffleWriter() {
            @Override
            public void write(@Nullable Object key, @Nullable Object value) throws Exception {
                writer.write(key, value);
            }

            @Override
            public MapOutput commit() throws Exception {
                MapOutput output = writer.commit();
                then.accept(scope);
                return output;
            }

            @Override
            public void close() {
                writer.close();
            }
        };
    }

    @Override
    public ShuffleReader reader(ShuffleSpec spec, MapOutputs outputs, int reducer, TaskScope scope) {
        return shuffle.reader(spec, outputs, reducer, scope);
    }

    @Override
    public Optional<List<EncodedBlock>> export(int shuffleId, int mapPartition, long attemptId, int reducer) {
        return shuffle.export(shuffleId, mapPartition, attemptId, reducer);
    }

    @Override
    public void drop(int shuffleId, int mapPartition, long attemptId) {
        shuffle.drop(shuffleId, mapPartition, attemptId);
    }

    @Override
    public void drop(int shuffleId) {
        shuffle.drop(shuffleId);
    }

    @Override
    public int outputCount() {
        return shuffle.outputCount();
    }

    @Override
    public void close() {
        shuffle.close();
    }
}
