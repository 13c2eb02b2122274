package dev.favilla.scheduler.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.favilla.scheduler.SchedulerEvent;
import dev.favilla.testing.ManualExecutor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SchedulerLoopTest {

    private static final int LIMIT = 4;

    private final ManualExecutor lenders = new ManualExecutor();
    private final List<Integer> applied = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();
    private final AtomicReference<SchedulerLoop<Integer>> self = new AtomicReference<>();

    @Test
    void whoeverPostsAppliesNothingAndHasAnotherWoken() {
        SchedulerLoop<Integer> loop = loop(applied::add);

        loop.post(1);
        loop.post(2);

        assertThat(applied).isEmpty();
        assertThat(loop.isWaiting()).isTrue();
        lenders.runAll();
        assertThat(applied).containsExactly(1, 2);
        assertThat(loop.isWaiting()).isFalse();
    }

    @Test
    void whatIsLeftWakesNobodyAndIsAppliedByWhoeverDrains() {
        SchedulerLoop<Integer> loop = loop(applied::add);

        loop.leave(1);

        assertThat(lenders.pending()).isZero();
        loop.drain();
        assertThat(applied).containsExactly(1);
    }

    @Test
    void executorsUseItAsTheirMailbox() {
        SchedulerLoop<Integer> loop = loop(applied::add);

        loop.accept(new SchedulerEvent.ShuffleUnreachable(1));
        assertThat(lenders.pending()).isOne();
        loop.leave(new SchedulerEvent.ShuffleUnreachable(2));
        assertThat(lenders.pending()).isOne();
        loop.work();

        assertThat(applied).containsExactly(1, 2);
    }

    @Test
    void whatTheHandlerPostsIsAppliedAfterThePresentEvent() {
        SchedulerLoop<Integer> loop = loop(event -> {
            if (event < 2) {
                self.get().post(event + 10);
                self.get().post(event + 20);
            }
            applied.add(event);
        });

        loop.leave(1);
        loop.drain();

        assertThat(applied).containsExactly(1, 11, 21);
        assertThat(lenders.pending()).isZero();
    }

    @Test
    void afterALimitAnotherGoesOnInOrder() {
        SchedulerLoop<Integer> loop = loop(event -> {
            applied.add(event);
            if (event == 0) {
                IntStream.range(1, 10).forEach(self.get()::post);
            }
        });

        loop.leave(0);
        loop.drain();
        assertThat(applied).containsExactly(0, 1, 2, 3);

        lenders.runNext();
        assertThat(applied).containsExactly(0, 1, 2, 3, 4, 5, 6, 7);
        assertThat(lenders.runAll()).isOne();
        assertThat(applied).isEqualTo(IntStream.range(0, 10).boxed().toList());
    }

    @Test
    void whoeverDrainsGoesOnIfNobodyCanBeWoken() {
        SchedulerLoop<Integer> loop = new SchedulerLoop<>(
                SchedulerLoopTest::number,
                () -> {
                    throw new OutOfMemoryError("unable to create native thread");
                },
                LIMIT,
                event -> {
                    applied.add(event);
                    if (event < 20) {
                        self.get().post(event + 1);
                    }
                },
                (event, error) -> failures.add(event + " " + error));
        self.set(loop);

        loop.leave(0);
        loop.drain();

        assertThat(applied).hasSize(21);
        assertThat(failures).isEmpty();
    }

    @Test
    void anEventForWhichNobodyCouldBeWokenIsAppliedWithTheNext() {
        List<Runnable> woken = new ArrayList<>();
        SchedulerLoop<Integer> loop = new SchedulerLoop<>(
                SchedulerLoopTest::number,
                () -> {
                    woken.add(() -> {});
                    if (woken.size() == 1) {
                        throw new StackOverflowError("the caller's");
                    }
                },
                LIMIT,
                applied::add,
                (event, error) -> failures.add(event + " " + error));

        assertThatThrownBy(() -> loop.post(1)).isInstanceOf(StackOverflowError.class);
        loop.post(2);
        loop.drain();

        assertThat(applied).containsExactly(1, 2);
    }

    @Test
    void onceEndedWhoeverPostsDrains() {
        SchedulerLoop<Integer> loop = loop(applied::add);
        loop.leave(1);

        loop.end();
        loop.post(2);

        assertThat(applied).containsExactly(1, 2);
        assertThat(lenders.pending()).isZero();
    }

    @Test
    void aHandlerThatThrowsIsReportedAndTheLoopGoesOn() {
        SchedulerLoop<Integer> loop = loop(event -> {
            if (event == 1) {
                throw new OutOfMemoryError("one");
            }
            applied.add(event);
        });

        loop.leave(1);
        loop.leave(2);
        loop.drain();

        assertThat(applied).containsExactly(2);
        assertThat(failures).containsExactly("1 java.lang.OutOfMemoryError: one");
    }

    @Test
    void evenAReportThatThrowsDoesNotStopTheLoop() {
        SchedulerLoop<Integer> loop = new SchedulerLoop<>(
                SchedulerLoopTest::number,
                () -> {},
                LIMIT,
                event -> {
                    applied.add(event);
                    throw new IllegalStateException("handler");
                },
                (event, error) -> {
                    throw new IllegalStateException("hook");
                });

        loop.leave(1);
        loop.leave(2);
        loop.drain();

        assertThat(applied).containsExactly(1, 2);
    }

    @Test
    void knowsTheThreadThatDrainsIt() {
        List<Boolean> here = new ArrayList<>();
        SchedulerLoop<Integer> loop = loop(event -> here.add(self.get().isDrainedHere()));

        loop.leave(1);
        loop.drain();
        here.add(loop.isDrainedHere());

        assertThat(here).containsExactly(true, false);
    }

    @Test
    void manyPostersNeverRunTheHandlerTwiceAtOnceNorLoseOrder() throws Exception {
        int posters = 4;
        int each = 20_000;
        AtomicInteger inside = new AtomicInteger();
        List<Integer> overlaps = Collections.synchronizedList(new ArrayList<>());
        int[] last = new int[posters]; // touched by the handler only
        CountDownLatch all = new CountDownLatch(posters * each);
        List<Thread> helpers = Collections.synchronizedList(new ArrayList<>());
        SchedulerLoop<Integer> loop = new SchedulerLoop<>(
                SchedulerLoopTest::number,
                () -> {
                    Thread thread = new Thread(() -> self.get().drain(), "favilla-test-helper");
                    helpers.add(thread);
                    thread.start();
                },
                LIMIT,
                event -> {
                    if (inside.getAndIncrement() != 0) {
                        overlaps.add(event);
                    }
                    int poster = event % posters;
                    int number = event / posters;
                    if (number != last[poster]++) {
                        overlaps.add(event);
                    }
                    inside.decrementAndGet();
                    all.countDown();
                },
                (event, error) -> overlaps.add(event));
        self.set(loop);
        CyclicBarrier start = new CyclicBarrier(posters);
        List<Thread> threads = new ArrayList<>();
        for (int p = 0; p < posters; p++) {
            int poster = p;
            Thread thread = new Thread(() -> {
                await(start);
                for (int i = 0; i < each; i++) {
                    loop.post(i * posters + poster);
                }
            });
            thread.start();
            threads.add(thread);
        }
        assertThat(all.await(60, TimeUnit.SECONDS)).isTrue();
        for (Thread thread : threads) {
            thread.join();
        }
        for (Thread thread : List.copyOf(helpers)) {
            thread.join();
        }
        assertThat(overlaps).isEmpty();
    }

    /** Makes a number of what an executor has to say. */
    private static int number(SchedulerEvent event) {
        return ((SchedulerEvent.ShuffleUnreachable) event).shuffleId();
    }

    private SchedulerLoop<Integer> loop(java.util.function.Consumer<Integer> handler) {
        SchedulerLoop<Integer> loop = new SchedulerLoop<>(
                SchedulerLoopTest::number,
                () -> lenders.execute(() -> self.get().drain()),
                LIMIT,
                handler,
                (event, error) -> failures.add(event + " " + error));
        self.set(loop);
        return loop;
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
