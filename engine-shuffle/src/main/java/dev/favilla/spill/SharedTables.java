package dev.favilla.spill;

import dev.favilla.attempt.TaskScope;
import dev.favilla.memory.MemoryAccount;
import dev.favilla.memory.MemoryManager;
import dev.favilla.memory.TaskKilledException;
import dev.favilla.serializer.RecordCopier;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Tables that all attempts of one executor look things up in. The first attempt that needs one builds it and pays for it;
 * once it is complete, what it takes is the executor's, until the table is dropped.
 *
 * <p>Others wait meanwhile, unless they hold memory, which whoever builds may be waiting for: those build one for
 * themselves, which serves all if it is complete first.
 *
 * <p><b>Threads.</b> May be used from any thread. A table that was handed out is not changed any more.
 */
public final class SharedTables {

    /** For how long an attempt waits at a time before it looks at its kill flag. */
    private static final long LOOK_MILLIS = 20;

    private final MemoryManager memory;
    private final LongFunction<@Nullable Object> broadcasts;
    private final Map<Long, Shared> tables = new ConcurrentHashMap<>();

    /**
     * @param memory the executor's
     * @param broadcasts returns what a table is made of, by its number
     */
    public SharedTables(MemoryManager memory, LongFunction<@Nullable Object> broadcasts) {
        this.memory = memory;
        this.broadcasts = broadcasts;
    }

    /** Returns those of the executor that runs the attempt of {@code scope}. */
    public static SharedTables of(TaskScope scope) {
        return scope.attachment(SharedTables.class, SharedTables.class, () -> {
            throw new IllegalStateException(
                    scope.owner() + " runs on an executor without shared tables: a bug in Favilla");
        });
    }

    /** Puts the records of a broadcast into a table. */
    @FunctionalInterface
    public interface Filling {

        void fill(List<?> records, GroupTable table) throws Exception;
    }

    /**
     * Returns the table of the broadcast of that number, building it first if nobody has.
     *
     * @param scope of the attempt that needs it
     * @throws dev.favilla.memory.ExecutionMemoryExhaustedException if it does not fit
     */
    public GroupTable get(long number, TaskScope scope, Filling filling) throws Exception {
        return tables.computeIfAbsent(number, Shared::new).get(scope, filling);
    }

    /** Gives the memory of a table back; harmless if there is none. */
    public void drop(long number) {
        Shared table = tables.remove(number);
        if (table != null) {
            table.drop();
        }
    }

    /** Gives the memory of all tables back. */
    public void clear() {
        tables.keySet().forEach(this::drop);
    }

    /** One table. The monitor guards all fields, and is not held while a table is built. */
    private final class Shared {

        private final long number;
        private @Nullable GroupTable table;
        private @Nullable MemoryAccount account;
        private boolean building;
        private boolean dropped;

        Shared(long number) {
            this.number = number;
        }

        GroupTable get(TaskScope scope, Filling filling) throws Exception {
            GroupTable known = awaitTable(scope);
            return known == null ? build(scope, filling) : known;
        }

        /** Returns the table; null if the attempt is to build one. */
        private synchronized @Nullable GroupTable awaitTable(TaskScope scope) {
            while (table == null && building && scope.memory().reservedBytes() == 0) {
                try {
                    wait(LOOK_MILLIS);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new TaskKilledException(scope.owner(), "it was interrupted while it waited for a table");
                }
                scope.checkKilled();
            }
            building |= table == null;
            return table;
        }

        private GroupTable build(TaskScope scope, Filling filling) throws Exception {
            GroupTable built = new GroupTable(RecordCopier.of(scope), scope.memory());
            GroupTable handedOut = null;
            try {
                filling.fill((List<?>) Objects.requireNonNull(broadcasts.apply(number)), built);
                built.complete();
                handedOut = publish(built, scope);
                return handedOut;
            } finally {
                if (handedOut != built) {
                    built.close();
                }
                if (handedOut == null) {
                    giveUp();
                }
            }
        }

        private synchronized GroupTable publish(GroupTable built, TaskScope scope) {
            GroupTable known = table;
            if (known != null) {
                return known;
            }
            if (dropped) {
                scope.onClose(built::close); // nobody would give its memory back
                return built;
            }
            MemoryAccount own = memory.openRetained("the table of broadcast " + number);
            GroupTable moved = built.movedTo(own);
            account = own;
            table = moved;
            notifyAll();
            return moved;
        }

        private synchronized void giveUp() {
            building = false;
            notifyAll();
        }

        synchronized void drop() {
            dropped = true;
            if (account != null) {
                account.close();
            }
        }
    }
}
