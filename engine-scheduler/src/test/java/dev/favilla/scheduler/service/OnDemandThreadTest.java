package dev.favilla.scheduler.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OnDemandThreadTest {

    private final AtomicInteger waiting = new AtomicInteger();
    private final Semaphore done = new Semaphore(0);
    private final List<Thread> made = Collections.synchronizedList(new ArrayList<>());
    private volatile Error trouble;

    private final OnDemandThread helper = new OnDemandThread(this::thread, () -> waiting.get() > 0, () -> {
        waiting.decrementAndGet();
        done.release();
    });

    private Thread thread(Runnable task) {
        if (trouble != null) {
            throw trouble;
        }
        Thread thread = ServiceHarness.threads().newThread(task);
        made.add(thread);
        return thread;
    }

    @AfterEach
    void close() {
        helper.close(Deadline.in(Duration.ofSeconds(5)));
        made.forEach(thread -> assertThat(thread.isAlive()).isFalse());
    }

    @Test
    void worksWhenItIsWokenOnOneThread() throws Exception {
        for (int i = 0; i < 100; i++) {
            wake();
            assertWorked();
        }

        assertThat(made).hasSize(1);
    }

    @Test
    void aThreadThatCannotBeMadeIsMadeByTheNextCaller() throws Exception {
        trouble = new OutOfMemoryError("unable to create native thread");
        assertThatThrownBy(this::wake).isSameAs(trouble);
        trouble = null;

        helper.wake();

        assertWorked();
    }

    @Test
    void aThreadThatWasMadeAndNotStartedIsStartedByTheNextCaller() throws Exception {
        List<Thread> bad = new ArrayList<>();
        OnDemandThread late = new OnDemandThread(
                task -> {
                    Thread thread = new Thread(task, "favilla-test-late") {
                        private boolean tried;

                        @Override
                        public void start() {
                            if (!tried) {
                                tried = true;
                                throw new StackOverflowError("the caller's");
                            }
                            super.start();
                        }
                    };
                    bad.add(thread);
                    return thread;
                },
                () -> waiting.get() > 0,
                () -> {
                    waiting.decrementAndGet();
                    done.release();
                });
        waiting.incrementAndGet();
        assertThatThrownBy(late::wake).isInstanceOf(StackOverflowError.class);

        late.wake();

        assertWorked();
        assertThat(bad).hasSize(1);
        late.close(Deadline.in(Duration.ofSeconds(5)));
    }

    @Test
    void onceClosedItStartsNoThread() {
        helper.close(Deadline.in(Duration.ofSeconds(5)));

        helper.wake();

        assertThat(made).isEmpty();
    }

    private void wake() {
        waiting.incrementAndGet();
        helper.wake();
    }

    private void assertWorked() throws InterruptedException {
        assertThat(done.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
    }
}
