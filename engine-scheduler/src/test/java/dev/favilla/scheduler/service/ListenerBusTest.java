package dev.favilla.scheduler.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.favilla.event.EngineEvent;
import dev.favilla.event.EngineListener;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ListenerBusTest {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final List<Thread> threads = Collections.synchronizedList(new ArrayList<>());
    private final ListenerBus bus = new ListenerBus(this::thread, 100);
    private final List<Integer> heard = Collections.synchronizedList(new ArrayList<>());

    @AfterEach
    void close() {
        bus.close(PATIENCE);
    }

    @Test
    void withoutAListenerThereIsNoThreadAndNothingIsKept() {
        assertThat(bus.isObserved()).isFalse();

        bus.publish(new Numbered(1));
        bus.add(listener());

        assertThat(bus.close(PATIENCE)).isEmpty();
        assertThat(heard).isEmpty();
        assertThat(threads).isEmpty();
    }

    @Test
    void eventsAreDeliveredInOrderOnOneThread() {
        List<Integer> second = new ArrayList<>();
        bus.add(listener());
        bus.add(event -> second.add(((Numbered) event).number()));

        IntStream.range(0, 100).forEach(this::publish);
        bus.close(PATIENCE);

        assertThat(heard).isEqualTo(IntStream.range(0, 100).boxed().toList());
        assertThat(second).isEqualTo(heard);
        assertThat(threads).hasSize(1);
    }

    @Test
    void aFullQueueDropsNewEventsAndCountsThem() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        bus.add(event -> {
            heard.add(((Numbered) event).number());
            entered.countDown();
            await(release);
        });
        publish(0);
        assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();

        IntStream.range(1, 151).forEach(this::publish); // never blocks
        release.countDown();
        bus.close(PATIENCE);

        assertThat(heard).isEqualTo(IntStream.range(0, 101).boxed().toList());
        assertThat(bus.dropped()).isEqualTo(50);
    }

    @Test
    void aThrowingListenerStaysAndDisturbsNobody() {
        AtomicInteger thrown = new AtomicInteger();
        bus.add(event -> {
            thrown.incrementAndGet();
            throw new LinkageError("bad listener");
        });
        bus.add(listener());

        IntStream.range(0, 3).forEach(this::publish);
        bus.close(PATIENCE);

        assertThat(heard).containsExactly(0, 1, 2);
        assertThat(thrown).hasValue(3);
    }

    @Test
    void aListenerThatInterruptsItsThreadIsRemoved() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        CountDownLatch third = new CountDownLatch(3);
        bus.add(event -> {
            calls.incrementAndGet();
            Thread.currentThread().interrupt();
        });
        bus.add(event -> {
            heard.add(((Numbered) event).number());
            third.countDown();
        });

        IntStream.range(0, 3).forEach(this::publish);
        assertThat(third.await(10, TimeUnit.SECONDS)).isTrue();

        assertThat(heard).containsExactly(0, 1, 2);
        assertThat(calls).hasValue(1);
    }

    @Test
    void theThreadEndsWithTheLastListenerAndComesAgainWithTheNext() throws Exception {
        for (int i = 0; i < 20; i++) {
            CountDownLatch told = new CountDownLatch(1);
            EngineListener listener = event -> told.countDown();
            bus.add(listener);
            publish(i);
            assertThat(told.await(10, TimeUnit.SECONDS)).isTrue();

            bus.remove(listener);

            threads.get(threads.size() - 1).join(10_000);
            assertThat(threads).hasSize(i + 1).noneMatch(Thread::isAlive);
            assertThat(bus.isObserved()).isFalse();
        }
    }

    @Test
    void aListenerRemovedIsToldNoMore() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        EngineListener listener = event -> {
            heard.add(((Numbered) event).number());
            entered.countDown();
            await(release);
        };
        bus.add(listener);
        IntStream.range(0, 10).forEach(this::publish);
        assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();

        bus.remove(listener);
        bus.remove(event -> {}); // unknown: ignored
        release.countDown();
        bus.close(PATIENCE);

        assertThat(heard).containsExactly(0);
    }

    @Test
    void aListenerMayRemoveItselfAndAddOthers() throws Exception {
        CountDownLatch told = new CountDownLatch(1);
        AtomicReference<EngineListener> self = new AtomicReference<>();
        self.set(event -> {
            heard.add(((Numbered) event).number());
            bus.add(next -> told.countDown());
            bus.remove(self.get());
            publish(99);
        });
        bus.add(self.get());

        publish(0);

        assertThat(told.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(heard).containsExactly(0);
    }

    @Test
    void closeDeliversWhatIsQueued() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch entered = new CountDownLatch(1);
        bus.add(event -> {
            entered.countDown();
            await(release);
            heard.add(((Numbered) event).number());
        });
        IntStream.range(0, 50).forEach(this::publish);
        assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();
        release.countDown();

        assertThat(bus.close(PATIENCE)).isEmpty();

        assertThat(heard).hasSize(50);
        assertThat(bus.dropped()).isZero();
        assertThatThrownBy(() -> bus.add(listener())).hasMessageContaining("closed");
        bus.publish(new Numbered(1));
        assertThat(bus.close(PATIENCE)).isEmpty();
    }

    @Test
    void closeGivesUpOnAStuckListenerAndSaysWhereItIs() throws Exception {
        AtomicBoolean stop = new AtomicBoolean();
        CountDownLatch entered = new CountDownLatch(1);
        bus.add(event -> stuck(entered, stop));
        IntStream.range(0, 5).forEach(this::publish);
        assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();

        List<String> left = bus.close(Duration.ofMillis(100));

        assertThat(left)
                .singleElement()
                .satisfies(line -> assertThat(line).contains("favilla-test-listener", "stuck(ListenerBusTest.java"));
        assertThat(bus.dropped()).isEqualTo(4);
        stop.set(true);
    }

    @Test
    void aListenerThatWaitsIsInterruptedAtTheDeadline() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        bus.add(event -> {
            entered.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        publish(0);
        assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();

        assertThat(bus.close(Duration.ofMillis(50))).isEmpty();
    }

    @Test
    void aListenerMayClose() throws Exception {
        CountDownLatch closed = new CountDownLatch(1);
        bus.add(event -> {
            heard.add(((Numbered) event).number());
            if (closed.getCount() > 0) {
                assertThat(bus.close(PATIENCE)).isEmpty();
                closed.countDown();
            }
        });
        IntStream.range(0, 10).forEach(this::publish);

        assertThat(closed.await(10, TimeUnit.SECONDS)).isTrue();
        bus.close(PATIENCE);

        assertThat(heard).doesNotHaveDuplicates().startsWith(0);
        assertThat(bus.dropped() + heard.size()).isLessThanOrEqualTo(10);
    }

    @Test
    void aThreadThatCannotBeStartedIsTriedAgain() {
        AtomicInteger tries = new AtomicInteger();
        ListenerBus poor = new ListenerBus(
                task -> {
                    if (tries.getAndIncrement() == 0) {
                        throw new OutOfMemoryError("unable to create native thread");
                    }
                    return thread(task);
                },
                10);
        poor.add(listener());

        poor.publish(new Numbered(0));
        poor.publish(new Numbered(1));
        poor.close(PATIENCE);

        assertThat(heard).containsExactly(0, 1);
    }

    @Test
    void manyPublishersAndListenersThatComeAndGo() throws Exception {
        AtomicInteger told = new AtomicInteger();
        List<Thread> publishers = new ArrayList<>();
        for (int p = 0; p < 4; p++) {
            Thread thread = new Thread(() -> IntStream.range(0, 5_000).forEach(this::publish));
            publishers.add(thread);
            thread.start();
        }
        while (publishers.stream().anyMatch(Thread::isAlive)) {
            EngineListener listener = event -> told.incrementAndGet();
            bus.add(listener);
            Thread.yield();
            bus.remove(listener);
        }
        CountDownLatch last = new CountDownLatch(1);
        bus.add(event -> last.countDown());
        publish(1);

        assertThat(last.await(10, TimeUnit.SECONDS)).isTrue();
        bus.close(PATIENCE);
        for (Thread thread : List.copyOf(threads)) {
            thread.join(10_000);
        }
        assertThat(threads).noneMatch(Thread::isAlive);
    }

    private Thread thread(Runnable task) {
        Thread thread = new Thread(task, "favilla-test-listener");
        thread.setDaemon(true);
        threads.add(thread);
        return thread;
    }

    private EngineListener listener() {
        return event -> heard.add(((Numbered) event).number());
    }

    private void publish(int number) {
        bus.publish(new Numbered(number));
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void stuck(CountDownLatch entered, AtomicBoolean stop) {
        entered.countDown();
        while (!stop.get()) {
            LockSupport.parkNanos(1_000_000);
            Thread.interrupted();
        }
    }

    /** An event with a number. */
    private record Numbered(int number) implements EngineEvent.Extension {

        @Override
        public Instant time() {
            return Instant.EPOCH;
        }
    }
}
