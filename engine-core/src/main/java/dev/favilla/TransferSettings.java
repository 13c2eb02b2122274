package dev.favilla;

import dev.favilla.shuffle.BlockNetwork;
import dev.favilla.shuffle.transfer.InMemoryTransfer;
import dev.favilla.shuffle.transfer.netty.NettyTransfer;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;

/**
 * How blocks move between isolated executors.
 *
 * @param way by what
 * @param timeout how long an executor that is asked may be silent
 */
record TransferSettings(Way way, Duration timeout) {

    /** By what a block comes from another executor, the value of {@code favilla.transfer} in small letters. */
    enum Way {

        /** By a call, on the thread that asks. */
        DIRECT,

        /** Through a channel in memory. */
        MEMORY,

        /** Through a loopback connection. */
        TCP
    }

    /** An executor that is the only one has nobody to ask, whatever is set. */
    static TransferSettings of(Map<Setting, String> values, Master master) {
        String timeout = values.getOrDefault(Setting.TRANSFER_TIMEOUT, "30s");
        Duration silence = Setting.TRANSFER_TIMEOUT.duration(timeout);
        if (silence.isZero()) {
            throw Setting.TRANSFER_TIMEOUT.invalid(timeout);
        }
        Way way = way(values.getOrDefault(Setting.TRANSFER, "memory"));
        return new TransferSettings(master.isolated() && master.provider() == null ? way : Way.DIRECT, silence);
    }

    private static Way way(String value) {
        return switch (value.strip().toLowerCase(Locale.ROOT)) {
            case "direct" -> Way.DIRECT;
            case "memory" -> Way.MEMORY;
            case "tcp" -> Way.TCP;
            default -> throw Setting.TRANSFER.invalid(value);
        };
    }

    /**
     * Connects executors. No class of a transport that is not asked for is loaded.
     *
     * @param threadPrefix what the names of threads begin with
     */
    BlockNetwork open(String threadPrefix) {
        EngineThreads forLoop = EngineThreads.forService(threadPrefix + "-transfer-");
        EngineThreads forMakers = EngineThreads.forSlots(threadPrefix + "-blocks-"); // records are written there
        return switch (way) {
            case DIRECT -> new InMemoryTransfer();
            case MEMORY -> NettyTransfer.inMemory(timeout, forLoop, forMakers);
            case TCP -> NettyTransfer.overLoopback(timeout, forLoop, forMakers);
        };
    }
}
