package dev.favilla.spill;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.testing.TestSeed;
import dev.favilla.value.StableHash;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyTableTest {

    private final KeyTable table = new KeyTable();

    private int findOrInsert(Object key) {
        int hash = StableHash.of(key);
        int entry = table.find(key, hash);
        if (entry == KeyTable.ABSENT) {
            table.insert(key, hash, "of " + key);
            return table.size() - 1;
        }
        return entry;
    }

    private List<Object> keys() {
        List<Object> keys = new ArrayList<>();
        for (int entry = 0; entry < table.size(); entry++) {
            keys.add(table.key(entry));
        }
        return keys;
    }

    @Test
    void numbersKeysInTheOrderTheyWereFirstSeen(TestSeed seed) {
        SplittableRandom random = seed.random();
        Map<Object, Integer> expected = new HashMap<>();
        List<Object> order = new ArrayList<>();
        for (int i = 0; i < 100_000; i++) {
            Integer key = random.nextInt(20_000) * 4096;
            if (expected.putIfAbsent(key, order.size()) == null) {
                order.add(key);
            }
            assertThat(findOrInsert(key)).isEqualTo(expected.get(key));
        }
        assertThat(keys()).isEqualTo(order);
    }

    @Test
    void theNullKeyIsAKey() {
        assertThat(table.find(null, 0)).isEqualTo(KeyTable.ABSENT);

        assertThat(findOrInsert(null)).isZero();

        assertThat(table.find(null, 0)).isZero();
        assertThat(table.find(0, 0)).isEqualTo(KeyTable.ABSENT);
    }

    @Test
    void onceClearedItIsAsNew() {
        for (int key = 0; key < 1000; key++) {
            findOrInsert(new Flood(key));
        }

        table.retain(new BitSet());

        assertThat(table.size()).isZero();
        assertThat(table.find(new Flood(3), 42)).isEqualTo(KeyTable.ABSENT);
        assertThat(findOrInsert(new Flood(999))).isZero();
    }

    @Test
    void whatIsRetainedMovesTogetherAndIsFound(TestSeed seed) {
        SplittableRandom random = seed.random();
        for (int round = 0; round < 50; round++) {
            List<Object> left = new ArrayList<>(keys());
            for (int i = random.nextInt(500); i > 0; i--) {
                Object key = random.nextInt(4) == 0 ? (Object) new Flood(random.nextInt(300)) : random.nextInt(5000);
                if (findOrInsert(key) == left.size()) {
                    left.add(key);
                }
            }
            BitSet kept = new BitSet();
            List<Object> expected = new ArrayList<>();
            List<Object> gone = new ArrayList<>();
            for (int entry = 0; entry < left.size(); entry++) {
                boolean stays = random.nextBoolean();
                kept.set(entry, stays);
                (stays ? expected : gone).add(left.get(entry));
            }

            table.retain(kept);

            assertThat(keys()).isEqualTo(expected);
            for (int entry = 0; entry < expected.size(); entry++) {
                assertThat(table.find(expected.get(entry), expected.get(entry).hashCode()))
                        .isEqualTo(entry);
            }
            assertThat(gone).allMatch(key -> table.find(key, key.hashCode()) == KeyTable.ABSENT);
        }
    }

    /** What is found must not depend on how it is kept, nor on what makes the table keep it otherwise. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 100})
    void keysAndValuesOfAnyKindAreFoundInOneTable(int foreignInThousand, TestSeed seed) {
        SplittableRandom random = seed.random();
        for (int round = 0; round < 20; round++) {
            KeyTable any = new KeyTable();
            Map<Object, Object> expected = new LinkedHashMap<>();
            boolean longs = random.nextBoolean();
            for (int i = 0; i < 2000; i++) {
                Object key = random.nextInt(1000) < foreignInThousand
                        ? some(random)
                        : longs ? (Object) ((long) random.nextInt(500) << 40) : (Object) random.nextInt(500);
                Object value = random.nextInt(1000) < foreignInThousand ? some(random) : (Object) random.nextDouble();
                int hash = StableHash.of(key);
                int entry = any.find(key, hash);
                assertThat(entry == KeyTable.ABSENT).isEqualTo(!expected.containsKey(key));
                if (entry == KeyTable.ABSENT) {
                    any.insert(key, hash, value);
                } else {
                    any.setValue(entry, value);
                }
                expected.put(key, value);
            }
            int entry = 0;
            for (Map.Entry<Object, Object> each : expected.entrySet()) {
                assertThat(any.key(entry)).isEqualTo(each.getKey());
                assertThat(any.value(entry)).isEqualTo(each.getValue());
                assertThat(any.hash(entry)).isEqualTo(StableHash.of(each.getKey()));
                assertThat(any.find(each.getKey(), StableHash.of(each.getKey())))
                        .isEqualTo(entry++);
            }
        }
    }

    private static Object some(SplittableRandom random) {
        return switch (random.nextInt(4)) {
            case 0 -> "text " + random.nextInt(10);
            case 1 -> random.nextInt(10);
            case 2 -> (long) random.nextInt(10);
            default -> -0.0;
        };
    }

    /** Short and long, of one byte and of two for each character, nothing but zeros, equal hashes. */
    private static String text(SplittableRandom random) {
        int number = random.nextInt(300);
        return switch (number % 8) {
            case 0 -> "customer-" + number;
            case 1 -> "a name that is longer than its row " + number;
            case 2 -> "\u00e9t\u00e9 " + number;
            case 3 -> "\u044f " + number;
            case 4 -> "\0".repeat(number % 20);
            case 5 -> sameHash(number);
            case 6 -> "x".repeat(15 + number % 3) + (char) ('a' + number % 5);
            default -> Integer.toString(number);
        };
    }

    /** Texts of sixteen characters, all of one hash, as many as there are numbers of eight bits. */
    private static String sameHash(int number) {
        StringBuilder text = new StringBuilder();
        for (int bit = 0; bit < 8; bit++) {
            text.append((number >>> bit & 1) == 0 ? "Aa" : "BB");
        }
        return text.toString();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 100})
    void textsAreFoundWhetherTheyArePackedOrNot(int foreignInThousand, TestSeed seed) {
        SplittableRandom random = seed.random();
        for (int round = 0; round < 20; round++) {
            KeyTable packing = new KeyTable(true);
            Map<Object, Object> expected = new LinkedHashMap<>();
            for (int i = 0; i < 2000; i++) {
                boolean foreign = random.nextInt(1000) < foreignInThousand;
                Object key = foreign && random.nextBoolean() ? some(random) : text(random);
                Object value = foreign ? some(random) : (Object) random.nextLong();
                int hash = StableHash.of(key);
                int entry = packing.find(key, hash);
                assertThat(entry == KeyTable.ABSENT).isEqualTo(!expected.containsKey(key));
                if (entry == KeyTable.ABSENT) {
                    packing.insert(key, hash, value);
                } else {
                    packing.setValue(entry, value);
                }
                expected.put(key, value);
                if (random.nextInt(500) == 0) {
                    retainSome(packing, expected, random);
                }
            }
            assertHas(packing, expected);
        }
    }

    private static void retainSome(KeyTable table, Map<Object, Object> expected, SplittableRandom random) {
        BitSet kept = new BitSet();
        for (int entry = 0; entry < table.size(); entry++) {
            if (random.nextInt(3) == 0) {
                kept.set(entry);
            } else {
                expected.remove(table.key(entry));
            }
        }
        table.retain(kept);
        table.trim();
    }

    private static void assertHas(KeyTable table, Map<Object, Object> expected) {
        int entry = 0;
        for (Map.Entry<Object, Object> each : expected.entrySet()) {
            assertThat(table.key(entry)).isEqualTo(each.getKey());
            assertThat(table.value(entry)).isEqualTo(each.getValue());
            assertThat(table.hash(entry)).isEqualTo(StableHash.of(each.getKey()));
            assertThat(table.find(each.getKey(), StableHash.of(each.getKey()))).isEqualTo(entry++);
        }
        assertThat(table.size()).isEqualTo(expected.size());
    }

    @Test
    void textsOfOneHashAreFoundAlthoughTheyCrowdOnePlace() {
        KeyTable packing = new KeyTable(true);
        Map<Object, Object> expected = new LinkedHashMap<>();
        for (int i = 0; i < 256; i++) {
            packing.insert(sameHash(i), sameHash(i).hashCode(), (long) i);
            expected.put(sameHash(i), (long) i);
        }

        assertThat(sameHash(7).hashCode()).isEqualTo(sameHash(200).hashCode());
        assertHas(packing, expected);
        assertThat(packing.crowdedKeys()).isEqualTo(256 - ObjectSlots.MAX_PROBES);
    }

    @Test
    void whatTextsTakeIsCounted() {
        KeyTable packing = new KeyTable(true);
        packing.insert("short", "short".hashCode(), 1L);
        long arrays = packing.arrayBytes();
        String large = "x".repeat(10_000);

        assertThat(packing.keyBytes()).isZero();
        assertThat(packing.insert(large, large.hashCode(), 1L)).isGreaterThan(10_000);
        assertThat(packing.keyBytes()).isGreaterThan(10_000);
        assertThat(packing.arrayBytes()).isGreaterThan(arrays);
        packing.retain(new BitSet());
        assertThat(packing.keyBytes()).isZero();
    }

    @Test
    void doublesKeepTheirBits() {
        double nan = Double.longBitsToDouble(0x7ff0_0000_0000_0abcL);
        table.insert(1L, 1, nan);

        assertThat(Double.doubleToRawLongBits((Double) table.value(0))).isEqualTo(Double.doubleToRawLongBits(nan));
    }

    @Nested
    class Collisions {

        /** Numbers that the index would like to have in its first slot, all of them. */
        @Test
        void aFloodOfNumbersForOneSlotIsFound() {
            long inverse = BigInteger.valueOf(0x9e3779b97f4a7c15L)
                    .modInverse(BigInteger.ONE.shiftLeft(64))
                    .longValue();
            for (int i = 0; i < 20_000; i++) {
                long product = i * inverse;
                assertThat(findOrInsert(product ^ (product >>> 32))).isEqualTo(i);
            }
            for (int i = 0; i < 20_000; i++) {
                long product = i * inverse;
                assertThat(findOrInsert(product ^ (product >>> 32))).isEqualTo(i);
            }
        }

        /** Keys of one partition agree in some bits of their hashes: these steps are all powers of two and others. */
        @ParameterizedTest
        @ValueSource(ints = {1, 2, 7, 8, 31, 64, 200, 1000, 1 << 10, 1 << 16})
        void keysOfOnePartitionSpreadOverTheTable(int partitions) {
            for (int i = 0; i < 1 << 15; i++) {
                findOrInsert(i * partitions);
            }

            assertThat(table.size()).isEqualTo(1 << 15);
            assertThat(table.crowdedKeys()).isZero();
        }

        /** Compared one by one, this would be twenty thousand million comparisons. */
        @Test
        @Timeout(20)
        void aFloodOfComparableKeysWithOneHashStaysFast() {
            int flood = 200_000;
            for (int round = 0; round < 2; round++) {
                for (int key = 0; key < flood; key++) {
                    assertThat(findOrInsert(new Flood(key))).isEqualTo(key);
                }
            }
            assertThat(table.size()).isEqualTo(flood);
            assertThat(table.crowdedKeys()).isEqualTo(flood - ObjectSlots.MAX_PROBES);
        }

        @Test
        void keysThatCannotBeComparedAreStillFound() {
            for (int round = 0; round < 2; round++) {
                for (int key = 0; key < 2000; key++) {
                    assertThat(findOrInsert(new Incomparable(key))).isEqualTo(key);
                }
            }
        }

        @Test
        void crowdedKeysSurviveGrowthAmongOthers() {
            List<Object> expected = new ArrayList<>();
            for (int i = 0; i < 5000; i++) {
                expected.add(new Flood(i));
                expected.add("other" + i);
                expected.add(Duration.ofSeconds(i));
            }

            expected.forEach(KeyTableTest.this::findOrInsert);

            assertThat(keys()).isEqualTo(expected);
            for (int entry = 0; entry < expected.size(); entry++) {
                assertThat(findOrInsert(expected.get(entry))).isEqualTo(entry);
            }
        }
    }

    /** Comparable keys that all have one hash. */
    private record Flood(int number) implements Comparable<Flood> {

        @Override
        public int hashCode() {
            return 42;
        }

        @Override
        public int compareTo(Flood other) {
            return Integer.compare(number, other.number);
        }
    }

    private record Incomparable(int number) {

        @Override
        public int hashCode() {
            return 7;
        }
    }

    @Test
    void aTableThatMostHaveLeftTakesLittleAndFindsTheOthers() {
        for (int key = 0; key < 10_000; key++) {
            findOrInsert(key);
        }
        long full = table.arrayBytes();
        BitSet kept = new BitSet();
        for (int entry = 0; entry < 10_000; entry += 100) {
            kept.set(entry);
        }

        table.retain(kept);
        table.trim();

        assertThat(table.arrayBytes()).isLessThan(full / 32);
        for (int key = 0; key < 20_000; key++) {
            assertThat(findOrInsert(key)).isEqualTo(key % 100 == 0 && key < 10_000 ? key / 100 : table.size() - 1);
        }
    }
}
