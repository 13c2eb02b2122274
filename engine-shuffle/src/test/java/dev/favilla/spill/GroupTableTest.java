package dev.favilla.spill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.favilla.memory.ExecutionMemoryExhaustedException;
import dev.favilla.spill.TableFixture.Flood;
import dev.favilla.spill.TableFixture.Incomparable;
import dev.favilla.testing.LeakProbes;
import dev.favilla.testing.TestSeed;
import dev.favilla.value.StableHash;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class GroupTableTest {

    private TableFixture fixture;
    private GroupTable table;

    @BeforeEach
    void open(LeakProbes probes) {
        fixture = new TableFixture(probes);
        table = new GroupTable(fixture.copier(), fixture.account());
    }

    @AfterEach
    void close() {
        table.close();
        assertThat(fixture.account().reservedBytes()).isZero();
        fixture.close();
    }

    private void add(@Nullable Object key, @Nullable Object value) {
        table.add(key, StableHash.of(key), value);
    }

    private List<Object> values(@Nullable Object key) {
        List<Object> values = new ArrayList<>();
        table.values(key, StableHash.of(key)).forEachRemaining(values::add);
        return values;
    }

    @Test
    void theValuesOfAKeyComeInTheirOrder(TestSeed seed) {
        SplittableRandom random = seed.random();
        Map<Object, List<Object>> expected = new HashMap<>();
        for (int i = 0; i < 100_000; i++) {
            int number =
                    Math.min(random.nextInt(20_000), random.nextInt(20_000)); // some keys have one value, some many
            Object key = number % 5 == 0 ? new Flood(number) : number % 5 == 1 ? "key " + number : number * 1024;
            Object value = random.nextInt(10) == 0 ? null : (Object) i;
            add(key, value);
            expected.computeIfAbsent(key, k -> new ArrayList<>()).add(value);
        }
        table.complete();

        assertThat(table.size()).isEqualTo(expected.size());
        expected.forEach((key, values) -> assertThat(values(key)).isEqualTo(values));
    }

    @Test
    void aKeyThatNeverCameHasNoValues() {
        assertThat(values("a")).isEmpty();
        add("a", 1);

        assertThat(values("b")).isEmpty();
        assertThat(values(null)).isEmpty();
    }

    @Test
    void theNullKeyIsAKeyAndNullIsAValue() {
        add(null, null);
        add(0, "of zero");
        assertThat(values(null)).containsExactly((Object) null);

        add(null, "second");

        assertThat(values(null)).containsExactly(null, "second");
        assertThat(values(0)).containsExactly("of zero");
    }

    @Test
    void moreValuesThanThereAreIsAnError() {
        add("a", 1);
        GroupTable.Values values = table.values("a", StableHash.of("a"));
        assertThat(values.next()).isEqualTo(1);

        assertThat(values.hasNext()).isFalse();
        assertThatThrownBy(values::next)
                .isInstanceOf(NoSuchElementException.class)
                .hasMessageContaining("All values of this key");
    }

    @Test
    void numbersStayInTheirOrderWhateverOtherValuesComeLater() {
        for (int i = 0; i < 1000; i++) {
            add(i % 7 == 0 ? 0 : i % 300, i);
        }
        add(0, 5L);
        add(299, "text");
        add(0, null);

        List<Object> ofZero = IntStream.range(0, 1000)
                .filter(i -> (i % 7 == 0 ? 0 : i % 300) == 0)
                .boxed()
                .collect(Collectors.toList());
        ofZero.add(5L);
        ofZero.add(null);
        assertThat(values(0)).containsExactlyElementsOf(ofZero);
        assertThat(values(299)).containsExactly(299, 599, 899, "text");
        assertThat(values(1)).containsExactly(1, 601, 901);
    }

    @Test
    void aValueThatIsAListIsOneValue() {
        add("a", List.of(1, 2));
        add("b", List.of(1, 2));
        add("b", List.of(3));

        assertThat(values("a")).containsExactly(List.of(1, 2));
        assertThat(values("b")).containsExactly(List.of(1, 2), List.of(3));
    }

    @Test
    void whatASourceUsesForManyRecordsIsCopied() {
        List<Object> key = new ArrayList<>();
        List<Object> value = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            key.clear();
            key.add(i % 2);
            value.clear();
            value.add(i);
            add(key, value);
        }

        assertThat(values(List.of(0))).containsExactly(List.of(0), List.of(2), List.of(4));
        assertThat(values(List.of(1))).containsExactly(List.of(1), List.of(3), List.of(5));
    }

    @Test
    void whatIsTheAttemptsOwnIsNotCopied() {
        List<Object> value = new ArrayList<>(List.of("a"));
        try (GroupTable own = new GroupTable(null, fixture.account())) {
            own.add("key", StableHash.of("key"), value);

            assertThat(own.values("key", StableHash.of("key")).next()).isSameAs(value);
        }
    }

    @Nested
    class Collisions {

        /** Compared one by one, this would be five thousand million comparisons. */
        @Test
        @Timeout(20)
        void aFloodOfComparableKeysWithOneHashStaysFast() {
            int flood = 100_000;
            for (int i = 0; i < flood; i++) {
                add(new Flood(i), i);
            }

            for (int i = 0; i < flood; i++) {
                assertThat(table.values(new Flood(i), 42).next()).isEqualTo(i);
            }
        }

        @Test
        void keysThatCannotBeComparedKeepTheirOwnValues() {
            for (int i = 0; i < 3000; i++) {
                add(new Incomparable(i % 1000), i);
            }

            for (int i = 0; i < 1000; i++) {
                assertThat(values(new Incomparable(i))).containsExactly(i, i + 1000, i + 2000);
            }
            assertThat(values(new Incomparable(1000))).isEmpty();
        }
    }

    @Nested
    class Memory {

        @Test
        void isHeldForKeysAndValuesUntilTheTableIsClosed() {
            for (int i = 0; i < 10_000; i++) {
                add("a rather long text, the number of which is " + i % 5000, "a value of about the same length, " + i);
            }
            table.complete();
            assertThat(fixture.account().reservedBytes()).isGreaterThan(10_000 * 120L);

            table.close();

            assertThat(fixture.account().reservedBytes()).isZero();
            assertThat(table.size()).isZero();
        }

        @Test
        void isHeldForOneLongListOfSmallValues() {
            for (int i = 0; i < 200_000; i++) {
                add("key", null);
            }
            table.complete();

            assertThat(fixture.account().reservedBytes()).isGreaterThan(200_000 * 4L);
        }

        @Test
        void isHeldForTheFewLargeValuesOfASmallTable() {
            add("key", "x".repeat(1 << 20));
            table.complete();

            assertThat(fixture.account().reservedBytes()).isGreaterThan(1 << 20);
        }

        @Test
        void thatIsRefusedIsAllGivenBack() {
            char[] kilobyte = new char[1000];
            Arrays.fill(kilobyte, 'x');
            int[] added = {0};

            assertThatThrownBy(() -> {
                        while (true) {
                            add(added[0]++ % 100, new String(kilobyte));
                        }
                    })
                    .isInstanceOf(ExecutionMemoryExhaustedException.class)
                    .hasMessageContaining("the attempt");

            assertThat(table.size()).isEqualTo(100);
            table.close();
            assertThat(fixture.account().reservedBytes()).isZero();
        }
    }
}
