package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.Reference;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ReachabilityTest {

    private final Reachability reachability = new Reachability();
    private final AtomicInteger cleaned = new AtomicInteger();

    private void trackAndForget(int objects) {
        for (int i = 0; i < objects; i++) {
            reachability.track(new Object(), cleaned::incrementAndGet);
        }
    }

    @Test
    void aSearchFindsAllThatIsOutOfReachAndNothingElse() {
        Object reachable = new Object();
        reachability.track(reachable, cleaned::incrementAndGet);
        trackAndForget(1000);

        assertThat(reachability.search()).isTrue();

        assertThat(cleaned).hasValue(1000);
        assertThat(reachability.search()).isFalse();
        Reference.reachabilityFence(reachable);
    }

    @Test
    void nothingTrackedNeedsNoSearch() {
        assertThat(reachability.search()).isFalse();
    }

    @Test
    void afterASearchInVainAnotherFindsWhatWasLetGoSinceTheNextUse() {
        Object reachable = new Object();
        reachability.track(reachable, cleaned::incrementAndGet);
        assertThat(reachability.search()).isFalse();
        Reference.reachabilityFence(reachable);
        reachable = null;

        reachability.use();

        assertThat(reachability.search()).isTrue();
        assertThat(cleaned).hasValue(1);
    }

    @Test
    void whoeverSearchesMeanwhileIsToldOfWhatWasFound() throws Exception {
        trackAndForget(10);
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            Callable<Boolean> search = reachability::search;
            List<Future<Boolean>> found = threads.invokeAll(
                    IntStream.range(0, 4).mapToObj(i -> search).toList(), 30, TimeUnit.SECONDS);
            int told = 0;
            for (Future<Boolean> each : found) {
                told += each.get() ? 1 : 0;
            }
            assertThat(told).isPositive();
            assertThat(cleaned).hasValue(10);
        } finally {
            threads.shutdownNow();
            assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        }
    }
}
