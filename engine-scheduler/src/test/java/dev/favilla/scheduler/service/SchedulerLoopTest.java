package dev.favilla.scheduler.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.testing.ManualExecutor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SchedulerLoopTest {

    private static final int LIMIT = 4;

    private final ManualExecutor helper = new ManualExecutor();
    private final List<Integer> applied = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();
    private final AtomicReference<SchedulerLoop<Integer>> self = new AtomicReference<>();

    @Test
    void whoeverPostsToAnIdleLoopDrainsIt() {
        SchedulerLoop<Integer> loop = loop(applied::add);

        loop.post(1);
        loop.post(2);

        assertThat(applied).containsExactly(1, 2);
        assertThat(helper.pending()).isZero();
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

        loop.post(1);

        assertThat(applied).containsExactly(1, 11, 21);
    }

    @Test
    void afterALimitTheHelperGoesOnInOrder() {
        SchedulerLoop<Integer> loop = loop(event -> {
            applied.add(event);
            if (event == 0) {
                IntStream.range(1, 10).forEach(self.get()::post);
            }
        });

        loop.post(0);
        assertThat(applied).containsExactly(0, 1, 2, 3);

        loop.post(10); // somebody drains already
        assertThat(applied).hasSize(LIMIT);

        helper.runNext();
        assertThat(applied).containsExactly(0, 1, 2, 3, 4, 5, 6, 7);
        assertThat(helper.runAll()).isOne();
        assertThat(applied).isEqualTo(IntStream.range(0, 11).boxed().toList());
    }

    @Test
    void anExactMultipleOfTheLimitNeedsNoHelper() {
        SchedulerLoop<Integer> loop = loop(event -> {
            applied.add(event);
            if (event == 0) {
                IntStream.range(1, LIMIT).forEach(self.get()::post);
            }
        });

        loop.post(0);

        assertThat(applied).hasSize(LIMIT);
        assertThat(helper.pending()).isZero();
    }

    @Test
    void whoeverDrainsGoesOnIfTheHelperTakesNothing() {
        SchedulerLoop<Integer> loop = new SchedulerLoop<>(
                task -> {
                    throw new RejectedExecutionException("shut down");
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

        loop.post(0);

        assertThat(applied).hasSize(21);
        assertThat(failures).isEmpty();
    }

    @Test
    void aHandlerThatThrowsIsReportedAndTheLoopGoesOn() { // behaviour 209
        SchedulerLoop<Integer> loop = loop(event -> {
            if (event == 1) {
                throw new OutOfMemoryError("one");
            }
            applied.add(event);
        });

        loop.post(1);
        loop.post(2);

        assertThat(applied).containsExactly(2);
        assertThat(failures).containsExactly("1 java.lang.OutOfMemoryError: one");
    }

    @Test
    void evenAReportThatThrowsDoesNotStopTheLoop() { // behaviour 209
        SchedulerLoop<Integer> loop = new SchedulerLoop<>(
                helper,
                LIMIT,
                event -> {
                    applied.add(event);
                    throw new IllegalStateException("handler");
                },
                (event, error) -> {
                    throw new IllegalStateException("hook");
                });

        loop.post(1);
        loop.post(2);

        assertThat(applied).containsExactly(1, 2);
    }

    @Test
    void knowsTheThreadThatDrainsIt() {
        List<Boolean> here = new ArrayList<>();
        SchedulerLoop<Integer> loop = loop(event -> here.add(self.get().isDrainedHere()));

        loop.post(1);
        here.add(loop.isDrainedHere());

        assertThat(here).containsExactly(true, false);
    }

    @Test
    void manyPostersNeverRunTheHandlerTwiceAtOnceNorLoseOrder() throws Exception {
        int posters = 4;
        int each = 50_000;
        AtomicInteger inside = new AtomicInteger();
        List<Integer> overlaps = Collections.synchronizedList(new ArrayList<>());
        int[] last = new int[posters]; // touched by the handler only
        CountDownLatch all = new CountDownLatch(posters * each);
        List<Thread> helpers = Collections.synchronizedList(new ArrayList<>());
        SchedulerLoop<Integer> loop = new SchedulerLoop<>(
                task -> {
                    Thread thread = new Thread(task, "favilla-test-helper");
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

    private SchedulerLoop<Integer> loop(java.util.function.Consumer<Integer> handler) {
        SchedulerLoop<Integer> loop =
                new SchedulerLoop<>(helper, LIMIT, handler, (event, error) -> failures.add(event + " " + error));
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
