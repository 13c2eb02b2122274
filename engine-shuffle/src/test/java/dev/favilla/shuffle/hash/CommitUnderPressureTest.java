package dev.favilla.shuffle.hash;

import static dev.favilla.shuffle.ShuffleFixture.HERE;
import static dev.favilla.shuffle.ShuffleFixture.spec;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.favilla.attempt.TaskScope;
import dev.favilla.memory.MemoryAccount;
import dev.favilla.memory.MemoryManager;
import dev.favilla.memory.MemoryUsage;
import dev.favilla.memory.Spillable;
import dev.favilla.memory.TaskKilledException;
import dev.favilla.memory.UnifiedMemoryManager;
import dev.favilla.serializer.KryoSerializer;
import dev.favilla.shuffle.MapOutput;
import dev.favilla.shuffle.ShuffleWriter;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A map output whose memory another job needs the moment the output takes it over. */
class CommitUnderPressureTest {

    private static final long POOL = UnifiedMemoryManager.MINIMUM_POOL_BYTES;

    private final MemoryManager memory = new UnifiedMemoryManager(POOL, 0.5);
    private final HashShuffleManager shuffle = new HashShuffleManager(memory, new KryoSerializer(List.of()), HERE);

    @Test
    void anOutputCanBeDroppedFromTheMomentItHoldsMemory() throws Exception {
        try (MemoryAccount older = memory.openTask("the older task", 1);
                TaskScope scope = new TaskScope(
                        7, "the task", new OnceMoved(memory.openTask("the task", 2), () -> older.require(POOL)))) {
            MapOutput output;
            try (ShuffleWriter writer = shuffle.writer(spec(1, null), 0, scope)) {
                for (int i = 0; i < 10_000; i++) {
                    writer.write(i, "value " + i);
                }
                output = writer.commit();
            }

            assertThat(output.records()).isEqualTo(10_000);
            assertThat(shuffle.outputCount()).isZero();
            assertThat(memory.usage()).isEqualTo(new MemoryUsage(POOL, POOL, 0, 0, 2));
        }
        shuffle.close();
        assertThat(memory.usage()).isEqualTo(new MemoryUsage(POOL, 0, 0, 0, 0));
    }

    @Test
    void anOutputThatCannotTakeItsMemoryOverIsNotKept() throws Exception {
        try (TaskScope scope = new TaskScope(7, "the task", memory.openTask("the task", 2));
                ShuffleWriter writer = shuffle.writer(spec(1, null), 0, scope)) {
            writer.write(1, "value");
            scope.kill("nobody wants it");

            assertThatThrownBy(writer::commit).isInstanceOf(TaskKilledException.class);
            assertThat(shuffle.outputCount()).isZero();
            assertThat(memory.usage().retainedBytes()).isZero();
        }
        assertThat(memory.usage()).isEqualTo(new MemoryUsage(POOL, 0, 0, 0, 0));
    }

    /** An account that lets somebody else act once it has moved bytes and holds none. */
    private static final class OnceMoved implements MemoryAccount {

        private final MemoryAccount account;
        private final Runnable action;
        private boolean moved;

        OnceMoved(MemoryAccount account, Runnable action) {
            this.account = account;
            this.action = action;
        }

        @Override
        public void moveTo(MemoryAccount other, long bytes) {
            account.moveTo(other, bytes);
            moved = true;
        }

        @Override
        public void release(long bytes) {
            account.release(bytes);
            if (moved && account.reservedBytes() == 0) {
                moved = false;
                action.run();
            }
        }

        @Override
        public long reserve(long bytes, @Nullable Spillable asking) {
            return account.reserve(bytes, asking);
        }

        @Override
        public void require(long bytes, @Nullable Spillable asking) {
            account.require(bytes, asking);
        }

        @Override
        public void settle(@Nullable Spillable asking) {
            account.settle(asking);
        }

        @Override
        public long reservedBytes() {
            return account.reservedBytes();
        }

        @Override
        public void register(Spillable spillable) {
            account.register(spillable);
        }

        @Override
        public void unregister(Spillable spillable) {
            account.unregister(spillable);
        }

        @Override
        public void onGivingWay(Consumer<String> attempt) {
            account.onGivingWay(attempt);
        }

        @Override
        public void cancel(String reason) {
            account.cancel(reason);
        }

        @Override
        public void close() {
            account.close();
        }
    }
}
