package dev.favilla.scheduler.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.testing.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TimerTest {

    private final ManualClock clock = new ManualClock();
    private final Semaphore rings = new Semaphore(0);
    private final List<Thread> threads = Collections.synchronizedList(new ArrayList<>());
    private final AtomicBoolean broken = new AtomicBoolean();
    private final Timer alarm = new Timer(clock, this::thread, rings::release);

    private Thread thread(Runnable task) {
        if (broken.get()) {
            throw new OutOfMemoryError("unable to create native thread");
        }
        Thread thread = ServiceHarness.threads().newThread(task);
        threads.add(thread);
        return thread;
    }

    @AfterEach
    void close() {
        alarm.close();
    }

    @Test
    void hasNoThreadBeforeItIsSet() {
        assertThat(threads).isEmpty();
    }

    @Test
    void ringsWhenTheMomentComesOrHasPassed() throws Exception {
        alarm.set(clock.instant().plusMillis(1));
        assertRings();

        alarm.set(clock.instant().minusSeconds(1));
        assertRings();

        alarm.set(clock.instant().minusSeconds(1)); // the same moment again
        assertRings();
    }

    @Test
    void ringsAtTheMomentItWasSetToLast() throws Exception {
        alarm.set(clock.instant().plusSeconds(3600));
        alarm.set(clock.instant().plusSeconds(Long.MAX_VALUE / 2_000_000_000));
        alarm.set(clock.instant());

        assertRings();
        assertThat(rings.availablePermits()).isZero();
    }

    @Test
    void itsThreadEndsWithNothingToWaitForAndComesAgain() throws Exception {
        alarm.set(clock.instant());
        assertRings();
        threads.get(0).join(10_000);
        assertThat(threads.get(0).isAlive()).isFalse();

        alarm.set(clock.instant().plusMillis(1));

        assertRings();
        assertThat(threads).hasSize(2);
    }

    @Test
    void aThreadThatCannotBeHadIsTriedForAgain() throws Exception {
        broken.set(true);
        alarm.set(clock.instant());
        broken.set(false);

        alarm.set(clock.instant().plusMillis(1));

        assertRings();
    }

    @Test
    void closedItRingsNoMoreAndItsThreadEnds() throws Exception {
        alarm.set(clock.instant().plus(Duration.ofHours(1)));

        alarm.close();
        alarm.set(clock.instant());

        for (Thread thread : threads) {
            thread.join(10_000);
            assertThat(thread.isAlive()).isFalse();
        }
        assertThat(rings.availablePermits()).isZero();
    }

    private void assertRings() throws InterruptedException {
        assertThat(rings.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
    }
}
