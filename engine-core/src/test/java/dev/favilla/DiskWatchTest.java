package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.memory.MemoryReclaimer;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class DiskWatchTest {

    private static final long GIB = 1L << 30;

    private final AtomicLong used = new AtomicLong();
    private final AtomicInteger searches = new AtomicInteger();
    private final MemoryReclaimer counting = new MemoryReclaimer() {
        @Override
        public void sweep() {
            throw new AssertionError("nobody asked for that");
        }

        @Override
        public boolean search() {
            searches.incrementAndGet();
            return false;
        }
    };

    private int searchesAt(DiskWatch watch, long bytes) {
        used.set(bytes);
        watch.look();
        watch.look();
        return searches.get();
    }

    @Test
    void eachGibibyteMoreIsWorthASearch() {
        DiskWatch watch = new DiskWatch(used::get, counting, Long.MAX_VALUE);
        assertThat(searchesAt(watch, 0)).isZero();
        assertThat(searchesAt(watch, GIB - 1)).isZero();
        assertThat(searchesAt(watch, GIB)).isEqualTo(1);
        assertThat(searchesAt(watch, 2 * GIB - 1)).isEqualTo(1);
        assertThat(searchesAt(watch, 5 * GIB)).isEqualTo(2);
        assertThat(searchesAt(watch, 0)).isEqualTo(2);
        assertThat(searchesAt(watch, GIB)).isEqualTo(3);
    }

    @Test
    void soIsEachQuarterOfASmallLimit() {
        DiskWatch watch = new DiskWatch(used::get, counting, 400);
        assertThat(searchesAt(watch, 99)).isZero();
        assertThat(searchesAt(watch, 100)).isEqualTo(1);
        assertThat(searchesAt(watch, 200)).isEqualTo(2);
    }
}
