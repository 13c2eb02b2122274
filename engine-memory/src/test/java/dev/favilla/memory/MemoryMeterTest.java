package dev.favilla.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MemoryMeterTest {

    private static final long MIB = 1L << 20;
    private static final long POOL = UnifiedMemoryManager.MINIMUM_POOL_BYTES;

    private final MemoryManager manager = new UnifiedMemoryManager(POOL, 0);
    private final MemoryAccount account = manager.openTask("task");
    private final MemoryMeter meter = new MemoryMeter(account);

    @AfterEach
    void nothingIsLeft() {
        meter.close();
        meter.close();
        assertThat(account.reservedBytes()).isZero();
        account.close();
    }

    @Test
    void theAccountHoldsALittleMoreThanTheThingAndFollowsIt() {
        for (long bytes : new long[] {1, 100_000, 5 * MIB, 20 * MIB, 3 * MIB, 3 * MIB + 1, 10, 0}) {
            meter.hold(bytes);

            assertThat(account.reservedBytes()).isBetween(bytes, bytes + 2 * Math.max(64 << 10, bytes / 16));
        }
    }

    @Test
    void smallChangesAskForNothing() {
        meter.hold(MIB);
        long reserved = account.reservedBytes();

        for (int change = 0; change < 1000; change++) {
            meter.hold(MIB + change);
        }

        assertThat(account.reservedBytes()).isEqualTo(reserved);
    }

    @Test
    void whatWasHeldBeforeARefusalIsHeldAfterIt() {
        meter.hold(20 * MIB);

        assertThatThrownBy(() -> meter.hold(POOL + 1)).isInstanceOf(ExecutionMemoryExhaustedException.class);

        assertThat(account.reservedBytes()).isGreaterThanOrEqualTo(20 * MIB);
        meter.hold(10 * MIB);
        assertThat(account.reservedBytes()).isLessThan(12 * MIB);
    }

    @Test
    void theLastByteOfThePoolCanBeHeldThoughNoStepFits() {
        meter.hold(POOL);

        assertThat(account.reservedBytes()).isEqualTo(POOL);
    }

    @Test
    void metersOfOneAccountGiveBackTheirOwnOnly() {
        MemoryMeter other = new MemoryMeter(account);
        other.hold(MIB);
        meter.hold(MIB);

        meter.close();

        assertThat(account.reservedBytes()).isBetween(MIB, 2 * MIB - 1);
        other.close();
    }

    @Test
    void whatMovesIsExactAndTheRestIsGivenBack() {
        MemoryAccount output = manager.openRetained("output");
        meter.hold(5 * MIB);

        meter.moveTo(output, 4 * MIB);

        assertThat(output.reservedBytes()).isEqualTo(4 * MIB);
        assertThat(account.reservedBytes()).isZero();
        output.close();
    }

    @Test
    void whatCannotMoveStaysWhereItIs() {
        MemoryAccount output = manager.openRetained("output");
        meter.hold(5 * MIB);

        assertThatThrownBy(() -> meter.moveTo(output, POOL + 1)).isInstanceOf(ExecutionMemoryExhaustedException.class);

        assertThat(output.reservedBytes()).isZero();
        assertThat(account.reservedBytes()).isGreaterThanOrEqualTo(5 * MIB);
        output.close();
    }

    @Test
    void whatIsMovedOutWhileMoreIsAskedForIsNotClaimedAgain() {
        MemoryAccount hog = manager.openRetained("a hog");
        hog.require(POOL - 12 * MIB);
        meter.hold(10 * MIB);
        long[] left = {10 * MIB};
        Spillable thing = missing -> {
            left[0] = MIB;
            return meter.shrinkTo(left[0]);
        };
        account.register(thing);

        meter.hold(15 * MIB); // there are only 12, but for what moves out

        assertThat(left[0]).isEqualTo(MIB);
        assertThat(account.reservedBytes()).isBetween(6 * MIB, 8 * MIB);
        account.unregister(thing);
        hog.close();
    }

    @Test
    void shrinkingGivesAllTheRestBackAndNeverAsks() {
        meter.hold(10 * MIB);
        long reserved = account.reservedBytes();

        assertThat(meter.shrinkTo(20 * MIB)).isZero();
        assertThat(account.reservedBytes()).isEqualTo(reserved);

        assertThat(meter.shrinkTo(MIB)).isEqualTo(reserved - MIB);
        assertThat(account.reservedBytes()).isEqualTo(MIB);
    }

    @Test
    void aThingThatMovesOutWhileItAsksPaysForWhatItHasLeftAndGrowsBy() {
        long[] held = {0};
        MemoryMeter[] meter = new MemoryMeter[1];
        Spillable thing = bytes -> {
            long before = account.reservedBytes();
            held[0] = 2 * MIB;
            meter[0].hold(held[0]);
            return before - account.reservedBytes();
        };
        account.register(thing);
        meter[0] = new MemoryMeter(account, thing);
        held[0] = POOL - MIB;
        meter[0].hold(held[0]);

        meter[0].hold(held[0] + 2 * MIB);

        assertThat(held[0]).isEqualTo(2 * MIB);
        assertThat(account.reservedBytes()).isBetween(4 * MIB, 6 * MIB);
        meter[0].close();
        assertThat(account.reservedBytes()).isZero();
    }

    @Test
    void aThingThatAnotherHasMoveOutGivesAllOfItBack() {
        MemoryMeter[] meter = new MemoryMeter[1];
        account.register(bytes -> {
            long before = account.reservedBytes();
            meter[0].hold(0);
            return before - account.reservedBytes();
        });
        meter[0] = new MemoryMeter(account);
        meter[0].hold(POOL - (32 << 10));

        try (MemoryMeter other = new MemoryMeter(account)) {
            other.hold(MIB);
            assertThat(account.reservedBytes()).isLessThan(2 * MIB);
        }

        meter[0].close();
        assertThat(account.reservedBytes()).isZero();
    }
}
