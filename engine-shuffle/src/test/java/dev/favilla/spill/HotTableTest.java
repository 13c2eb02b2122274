package dev.favilla.spill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.favilla.memory.ExecutionMemoryExhaustedException;
import dev.favilla.testing.LeakProbes;
import dev.favilla.testing.TestSeed;
import dev.favilla.value.StableHash;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HotTableTest {

    private TableFixture fixture;
    private HotTable table;

    @BeforeEach
    void open(LeakProbes probes) {
        fixture = new TableFixture(probes);
        table = lists();
    }

    @AfterEach
    void close() {
        table.close();
        assertThat(fixture.account().reservedBytes()).isZero();
        fixture.close();
    }

    private HotTable lists() {
        return new HotTable(new Folds.Lists(), fixture.copier(), fixture.account());
    }

    private void add(@Nullable Object key, @Nullable Object value) throws Exception {
        add(table, key, value);
    }

    private static void add(HotTable to, @Nullable Object key, @Nullable Object value) throws Exception {
        int hash = StableHash.of(key);
        if (to.addIfPresent(key, hash, value) == HotTable.ABSENT) {
            to.admit(key, hash, value);
        }
    }

    private static Map<Object, Object> all(HotTable.Leaving leaving) {
        Map<Object, Object> all = new LinkedHashMap<>();
        while (leaving.advance()) {
            assertThat(leaving.hash()).isEqualTo(StableHash.of(leaving.key()));
            assertThat(all.put(leaving.key(), leaving.accumulator())).isNull();
        }
        assertThat(leaving.mayAdvance()).isFalse();
        assertThat(leaving.advance()).isFalse();
        return all;
    }

    private static void assertSame(Map<Object, Object> found, Map<Object, Object> expected) {
        assertThat(new ArrayList<>(found.entrySet())).isEqualTo(new ArrayList<>(expected.entrySet()));
    }

    @Test
    void aValueIsFoldedOnlyIfItsKeyIsPresent() throws Exception {
        assertThat(table.addIfPresent("b", StableHash.of("b"), 1)).isEqualTo(HotTable.ABSENT);
        table.admit("a", StableHash.of("a"), 2);
        table.admit("b", StableHash.of("b"), 3);

        assertThat(table.addIfPresent("a", StableHash.of("a"), 4)).isZero();
        assertThat(table.addIfPresent("b", StableHash.of("b"), 5)).isEqualTo(1);

        assertThat(all(table.drain())).containsExactly(Map.entry("a", List.of(2, 4)), Map.entry("b", List.of(3, 5)));
    }

    @Test
    void someLeaveAndThoseThatStayFoldOn(TestSeed seed) throws Exception {
        SplittableRandom random = seed.random();
        Map<Object, Object> inTable = new LinkedHashMap<>();
        for (int round = 0; round < 20; round++) {
            for (int i = random.nextInt(3000); i > 0; i--) {
                Object key = random.nextInt(2000);
                add(key, i);
                Folds.list(inTable.computeIfAbsent(key, k -> new ArrayList<>())).add(i);
            }
            BitSet staying = new BitSet();
            Map<Object, Object> leaving = new LinkedHashMap<>();
            int entry = 0;
            for (Object key : List.copyOf(inTable.keySet())) {
                boolean stays = random.nextInt(3) == 0;
                staying.set(entry++, stays);
                if (!stays) {
                    leaving.put(key, inTable.remove(key));
                }
            }

            assertSame(all(table.drainAllBut(staying)), leaving);
            assertThat(table.size()).isEqualTo(inTable.size());
        }
        assertSame(all(table.drain()), inTable);
    }

    @Test
    void thatIsRefusedBetweenTwoRecordsIsAllGivenBack() throws Exception {
        char[] kilobyte = new char[1000];
        Arrays.fill(kilobyte, 'x');
        int[] added = {0};

        assertThatThrownBy(() -> {
                    while (true) {
                        add(added[0] % 100, new String(kilobyte));
                        added[0]++;
                    }
                })
                .isInstanceOf(ExecutionMemoryExhaustedException.class)
                .hasMessageContaining("the attempt");

        assertThat(table.size()).isEqualTo(100);
        table.close();
        assertThat(fixture.account().reservedBytes()).isZero();
        assertThat(table.size()).isZero();
    }

    @Test
    void isRefusedAtTheSameRecordEachTime() {
        int[] refusedAt = new int[2];
        for (int time = 0; time < 2; time++) {
            int attempt = time;
            try (HotTable again = lists()) {
                assertThatThrownBy(() -> {
                            while (true) {
                                add(again, refusedAt[attempt], new long[50]);
                                refusedAt[attempt]++;
                            }
                        })
                        .isInstanceOf(ExecutionMemoryExhaustedException.class);
            }
        }
        assertThat(refusedAt[1]).isEqualTo(refusedAt[0]).isPositive();
    }
}
