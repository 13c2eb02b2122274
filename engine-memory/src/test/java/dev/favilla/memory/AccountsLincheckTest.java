package dev.favilla.memory;

import java.time.Duration;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The accounts of one manager, used by several threads at once, answer as if the operations came one after the other; no
 * more is granted than there is. Each account has one user at a time, as the contract has it.
 */
@Param(name = "mib", gen = IntGen.class, conf = "0:40")
public class AccountsLincheckTest {

    private static final long MIB = 1L << 20;
    private static final long POOL = 64 * MIB;

    private final UnifiedMemoryManager manager =
            new UnifiedMemoryManager(POOL, 0.25, MemoryReclaimer.NONE, Duration.ZERO);
    private final MemoryAccount first = manager.openTask("first", 1);
    private final MemoryAccount second = manager.openTask("second", 2);
    private final MemoryAccount output = manager.openRetained("output");
    private final StorageAccount storage = manager.openStorage(bytes -> 0);

    @Operation(nonParallelGroup = "first")
    public long reserveFirst(@Param(name = "mib") int mib) {
        return first.reserve(mib * MIB);
    }

    @Operation(nonParallelGroup = "first")
    public void releaseFirst(@Param(name = "mib") int mib) {
        first.release(mib * MIB);
    }

    @Operation(nonParallelGroup = "first")
    public void commitFirst() {
        first.moveTo(output, first.reservedBytes());
    }

    @Operation(nonParallelGroup = "second")
    public long reserveSecond(@Param(name = "mib") int mib) {
        return second.reserve(mib * MIB);
    }

    @Operation(nonParallelGroup = "second")
    public void endSecond() {
        second.release(second.reservedBytes());
    }

    @Operation
    public void dropOutput(@Param(name = "mib") int mib) {
        output.release(mib * MIB);
    }

    @Operation
    public boolean cache(@Param(name = "mib") int mib) {
        return storage.reserve(mib * MIB);
    }

    @Operation
    public boolean replaceInCache(@Param(name = "mib") int mib) {
        return storage.exchange(mib * MIB, mib * MIB / 2);
    }

    @Operation
    public MemoryUsage usage() {
        return manager.usage();
    }

    @Validate
    public void noMoreIsGrantedThanThereIs() {
        MemoryUsage usage = manager.usage();
        long held = first.reservedBytes() + second.reservedBytes();
        if (usage.freeBytes() < 0
                || usage.executionBytes() != held
                || usage.retainedBytes() != output.reservedBytes()
                || usage.storageBytes() != storage.reservedBytes()
                || Math.min(Math.min(held, usage.retainedBytes()), usage.storageBytes()) < 0) {
            throw new IllegalStateException(usage + ", and tasks hold " + held);
        }
    }

    @Test
    @Tag("slow")
    void answerAsIfOneAfterTheOtherWhateverTheInterleaving() {
        new ModelCheckingOptions()
                .iterations(4)
                .invocationsPerIteration(60)
                .threads(2)
                .actorsPerThread(2)
                .check(AccountsLincheckTest.class);
    }

    @Test
    void answerAsIfOneAfterTheOtherUnderStress() {
        new StressOptions()
                .iterations(6)
                .invocationsPerIteration(200)
                .threads(3)
                .actorsPerThread(3)
                .check(AccountsLincheckTest.class);
    }
}
