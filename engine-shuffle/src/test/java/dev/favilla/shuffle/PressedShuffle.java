package dev.favilla.shuffle;

import dev.favilla.attempt.TaskScope;
import dev.favilla.memory.MemoryAccount;
import dev.favilla.memory.MemoryManager;
import dev.favilla.storage.EncodedBlock;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A shuffle whose attempts ask for more memory than there is, again and again, so that whatever can move out does. */
public final class PressedShuffle implements ShuffleManager {

    private static final int RECORDS_BETWEEN = 200;

    private final MemoryManager memory;
    private final ShuffleManager shuffle;

    public PressedShuffle(MemoryManager memory, ShuffleManager shuffle) {
        this.memory = memory;
        this.shuffle = shuffle;
    }

    /** Has everything move out that can, on behalf of an attempt. */
    public static void press(TaskScope scope, MemoryManager memory) {
        MemoryAccount account = scope.memory();
        account.release(account.reserve(2 * memory.poolBytes()));
    }

    @Override
    public ShuffleWriter writer(ShuffleSpec spec, int mapPartition, TaskScope scope) {
        ShuffleWriter writer = shuffle.writer(spec, mapPartition, scope);
        return new ShuffleWriter() {

            private int records;

            @Override
            public void write(@Nullable Object key, @Nullable Object value) throws Exception {
                writer.write(key, value);
                if (++records % RECORDS_BETWEEN == 0) {
                    press(scope, memory);
                }
            }

            @Override
            public MapOutput commit() throws Exception {
                return writer.commit();
            }

            @Override
            public void close() {
                writer.close();
            }
        };
    }

    @Override
    public ShuffleReader reader(ShuffleSpec spec, MapOutputs outputs, int reducer, TaskScope scope) {
        ShuffleReader reader = shuffle.reader(spec, outputs, reducer, scope);
        return new ShuffleReader() {

            @Override
            public boolean drive(EntrySink sink, int max) throws Exception {
                boolean more = reader.drive(sink, max);
                press(scope, memory);
                return more;
            }

            @Override
            public void close() {
                reader.close();
            }
        };
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
