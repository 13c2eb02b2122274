package dev.favilla.memory;

import org.jspecify.annotations.Nullable;

/**
 * Does for one account what can be done so that more can be granted, the cheapest first: cached blocks are evicted, map
 * outputs written out, others who hold too much waited for, and the account's own spillables asked.
 *
 * <p><b>Threads.</b> Belongs to the account's thread. Evictors, outputs and spillables are called without the monitor.
 */
final class RoomMaker {

    private static final int EVICTION_ROUNDS = 8;
    private static final int SPILL_ROUNDS = 8;

    private final MemoryLedger ledger;
    private final ExecutionAccount account;
    private final Spillables spillables;

    /** Nobody gave back in time what the minimum lacked: whoever holds it is busy, so there is no more waiting. */
    private boolean minimumInVain;

    RoomMaker(MemoryLedger ledger, ExecutionAccount account, Spillables spillables) {
        this.ledger = ledger;
        this.account = account;
        this.spillables = spillables;
    }

    /**
     * Makes room for {@code bytes} as long as that helps.
     *
     * @param beyondShare whether they may go beyond the fair share
     * @param asking what they are for, which is asked last
     */
    void makeFor(long bytes, boolean beyondShare, @Nullable Spillable asking) {
        // Others may take what was evicted for this request; asking for ever could empty the cache for nothing.
        for (int round = 0; round < EVICTION_ROUNDS; round++) {
            if (evict(bytes, beyondShare) == 0) {
                break;
            }
        }
        if (account.isTask()) {
            moveOutputsOut(bytes, beyondShare);
            if (!beyondShare) {
                awaitMinimum(bytes);
            }
        }
        spillOwn(bytes, beyondShare, asking);
    }

    // --- own spillables

    /** Others may take what this task's own spillables freed, so it tries again as long as they free anything. */
    void spillOwn(long bytes, boolean beyondShare, @Nullable Spillable asking) {
        long before = Long.MAX_VALUE;
        for (int round = 0; round < SPILL_ROUNDS && !spillables.isEmpty(); round++) {
            long now = account.reservedBytes();
            if (now >= before || toSpill(bytes, beyondShare) <= 0) {
                return;
            }
            before = now;
            spillables.spill(() -> toSpill(bytes, beyondShare), asking);
        }
    }

    private long toSpill(long bytes, boolean beyondShare) {
        synchronized (ledger) {
            return account.toSpill(bytes, beyondShare);
        }
    }

    // --- map outputs

    /** Has map outputs written out; several tasks may do so at once, each another. Returns how many bytes came free. */
    long moveOutputsOut(long bytes, boolean beyondShare) {
        long freed = 0;
        while (true) {
            ExecutionAccount output;
            long wanted;
            synchronized (ledger) {
                long missing = account.missing(bytes, beyondShare);
                wanted = Math.min(missing, account.shortfall(bytes, beyondShare));
                output = missing == 0 ? null : ledger.nextToMove(wanted > 0);
                if (output == null && (wanted <= 0 || !awaitMoves())) {
                    return freed;
                }
                if (output != null) {
                    output.movability().begin();
                }
            }
            if (output != null) {
                freed += move(output, Math.max(0, wanted));
            }
        }
    }

    private long move(ExecutionAccount output, long wanted) {
        RetainedMemory of = output.retained();
        long before = output.reservedBytes();
        long freed = 0;
        try {
            freed = of == null ? 0 : of.moveOut(ledger.worthMoving(wanted));
        } finally {
            synchronized (ledger) {
                freed = Math.min(freed, before - output.heldBytes());
                ledger.endMove(output, freed > 0);
            }
        }
        return freed;
    }

    /** Has outputs of other jobs dropped, which compute them again. Returns how many bytes came free. */
    long dropOutputsOfOthers(long bytes) {
        Iterable<ExecutionAccount> outputs;
        synchronized (ledger) {
            outputs = ledger.outputsOfOthers(account);
        }
        long freed = 0;
        for (ExecutionAccount output : outputs) {
            RetainedMemory of = output.retained();
            if (of != null && isMissing(bytes)) {
                freed += of.drop();
                displaced(output);
            }
        }
        return freed;
    }

    private boolean isMissing(long bytes) {
        synchronized (ledger) {
            return account.missing(bytes, true) > 0;
        }
    }

    private void displaced(ExecutionAccount output) {
        synchronized (ledger) {
            if (!output.isLeftOver() && output.job() > account.job()) {
                ledger.displace(output.job());
            }
        }
    }

    /** Waits, with the monitor held, for what other tasks are having written out; returns false if nobody is. */
    private boolean awaitMoves() {
        if (!ledger.isMoving()) {
            return false;
        }
        account.checkMayWait();
        return account.awaitUpTo(ledger.minimumPatienceNanos());
    }

    // --- others

    /**
     * Waits until those who hold more than their share have given back what this task lacks of its minimum, half a
     * share; they do so the next time they ask for memory or look. They may be busy with something else for long, so
     * after a while this task goes on with what it can move out itself.
     */
    private void awaitMinimum(long bytes) {
        synchronized (ledger) {
            long begin = ledger.nanoTime();
            while (account.lacksMinimum(bytes) > 0 && account.mayAwaitMinimum()) {
                long left = ledger.minimumPatienceNanos() - (ledger.nanoTime() - begin);
                if (left <= 0 && !minimumInVain) {
                    minimumInVain = true;
                    ledger.changed(); // what this task waited for may be another's now
                }
                if (minimumInVain) {
                    ledger.callBackShares(); // what comes back later is found by a later request
                    return;
                }
                account.awaitMinimum(account.lacksMinimum(bytes), left);
            }
        }
    }

    // --- cached blocks

    /** Has cached blocks dropped, outside the monitor; returns how many bytes came free. */
    long evict(long bytes, boolean beyondShare) {
        long wanted;
        synchronized (ledger) {
            account.checkOpen();
            wanted = Math.min(account.shortfall(bytes, beyondShare), ledger.evictableBytes());
            if (wanted <= 0) {
                return 0;
            }
            ledger.beginEviction(wanted);
        }
        try {
            return evictFromAll(wanted);
        } finally {
            synchronized (ledger) {
                ledger.endEviction();
            }
        }
    }

    private long evictFromAll(long wanted) {
        long evicted = 0;
        for (PooledStorage storage : storages()) {
            if (evicted < wanted) {
                evicted += storage.evict(wanted - evicted);
            }
        }
        return evicted;
    }

    private Iterable<PooledStorage> storages() {
        synchronized (ledger) {
            return ledger.storages();
        }
    }
}
