package dev.favilla.serializer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.favilla.testing.TestSeed;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class StableHashTest {

    enum Color {
        RED,
        GREEN {
            @Override
            public String toString() {
                return "verde";
            }
        }
    }

    record Plain(int a, String b, long c) {}

    record WithEnum(Color color, int n) {}

    record Generic<A, B>(A first, B second) {}

    record Node(Node next, Color color) {}

    record WithArray(String[] names) {}

    record WithObject(Object any) {}

    record Identity(StringBuilder text) {}

    record IgnoringCase(String text, Color color) {
        @Override
        public boolean equals(Object o) {
            return o instanceof IgnoringCase other && text.equalsIgnoreCase(other.text);
        }

        @Override
        public int hashCode() {
            return text.toLowerCase(Locale.ROOT).hashCode();
        }
    }

    @Nested
    class OfKeys {

        @Test
        void isJavasForOrdinaryKeys() {
            for (Object key : List.of(
                    1,
                    2L,
                    "text",
                    1.5,
                    'c',
                    true,
                    UUID.randomUUID(),
                    new BigDecimal("1.0"),
                    List.of(1, 2),
                    Map.of("k", 1),
                    new Plain(1, "b", 2),
                    new Generic<>("x", 3))) {
                assertThat(StableHash.of(key)).as("%s", key).isEqualTo(key.hashCode());
            }
        }

        @Test
        void ofNullIsZero() {
            assertThat(StableHash.of(null)).isZero();
        }

        @Test
        void ofEnumsGoesByName() {
            assertThat(StableHash.of(Color.RED)).isEqualTo("RED".hashCode());
            assertThat(StableHash.of(Color.GREEN)).isEqualTo("GREEN".hashCode());
        }

        @Test
        void ofRecordsWithEnumsGoesByNameToo() {
            int red = "RED".hashCode();

            assertThat(StableHash.of(new WithEnum(Color.RED, 7))).isEqualTo(31 * red + 7);
            assertThat(StableHash.of(new WithEnum(null, 7))).isEqualTo(7);
            assertThat(StableHash.of(new Generic<>(Color.RED, null))).isEqualTo(31 * red);
            assertThat(StableHash.of(new Generic<>(new WithEnum(Color.RED, 7), 1)))
                    .isEqualTo(31 * (31 * red + 7) + 1);
            assertThat(StableHash.of(new Node(new Node(null, Color.RED), Color.RED)))
                    .isEqualTo(31 * red + red);
        }

        @Test
        void ofContainersGoesByTheHashesOfWhatIsInThem() {
            int red = "RED".hashCode();
            int green = "GREEN".hashCode();

            assertThat(StableHash.of(Optional.of(Color.RED))).isEqualTo(red);
            assertThat(StableHash.of(List.of(Color.RED, Color.GREEN))).isEqualTo(31 * (31 + red) + green);
            assertThat(StableHash.of(Arrays.asList(Color.RED, null))).isEqualTo(31 * (31 + red));
            assertThat(StableHash.of(Set.of(Color.RED, Color.GREEN))).isEqualTo(red + green);
            assertThat(StableHash.of(EnumSet.of(Color.RED))).isEqualTo(red);
            assertThat(StableHash.of(Map.of(Color.RED, Color.GREEN))).isEqualTo(red ^ green);
            assertThat(StableHash.of(Map.entry(Color.RED, 7))).isEqualTo(red ^ 7);
            assertThat(StableHash.of(new Generic<>(List.of(Color.RED), 7))).isEqualTo(31 * (31 + red) + 7);
            assertThat(StableHash.of(List.of(Optional.of(new WithEnum(Color.RED, 7)))))
                    .isEqualTo(31 + 31 * red + 7);
        }

        @Test
        void ofContainersWithoutEnumsIsJavas() {
            for (Object key : List.of(
                    List.of(1, "x"),
                    new ArrayList<>(List.of(1L, 2.0)),
                    Set.of("a", "b"),
                    Map.of("k", 1, "l", 2),
                    Map.entry("k", 1),
                    Optional.of("x"),
                    Optional.empty(),
                    List.of())) {
                assertThat(StableHash.of(key)).isEqualTo(key.hashCode());
            }
        }

        @Test
        void refusesArraysAndIdentitiesInContainers() {
            refused(List.of(new int[0]), "int[] cannot be a key");
            refused(Optional.of(new Object()), "java.lang.Object cannot be a key");
            refused(Map.of("k", new String[0]), "String[]");
        }

        @Test
        void staysWithTheEqualsThatTheUserWrote() {
            IgnoringCase key = new IgnoringCase("Ab", Color.RED);

            assertThat(StableHash.of(key)).isEqualTo(StableHash.of(new IgnoringCase("aB", Color.GREEN)));
        }

        @Test
        void refusesArraysWhereverTheyAre() {
            refused(new int[0], "int[] cannot be a key", "Use a List or a record");
            refused(new String[0][], "java.lang.String[][]");
            refused(new WithArray(new String[0]), "WithArray cannot be a key because of a component", "String[]");
            refused(new WithObject(new byte[0]), "byte[]");
            refused(new Generic<>("k", new Generic<>(1, new long[0])), "long[]");
        }

        @Test
        void refusesIdentities() {
            refused(new Object(), "java.lang.Object cannot be a key", "inherits hashCode from Object");
            refused(new AtomicLong(), "AtomicLong");
            refused(new Identity(new StringBuilder()), "Identity", "StringBuilder");
            refused(new WithObject(new StringBuilder()), "StringBuilder");
        }

        private void refused(Object key, String... parts) {
            assertThatThrownBy(() -> StableHash.of(key))
                    .isInstanceOf(UnsupportedKeyException.class)
                    .hasMessageContainingAll(parts);
        }
    }

    @Nested
    class OfContent {

        @Test
        void isEqualForEqualValues() {
            assertThat(StableHash.content(new Plain(1, "b", 2))).isEqualTo(StableHash.content(new Plain(1, "b", 2)));
            assertThat(StableHash.content(Set.of(1, 2, 3))).isEqualTo(StableHash.content(Set.of(3, 2, 1)));
            assertThat(StableHash.content(List.of(1, 2))).isEqualTo(StableHash.content(List.copyOf(List.of(1, 2))));
            assertThat(StableHash.content(Map.of(1, 2, 3, 4))).isEqualTo(StableHash.content(Map.of(3, 4, 1, 2)));
        }

        @Test
        void differsForValuesThatJavaHashesAlike() {
            List<Object> values = new ArrayList<>(List.of(
                    0,
                    0L,
                    0.0,
                    -0.0,
                    false,
                    "",
                    "Aa",
                    "BB",
                    "AaAa",
                    "BBBB",
                    "AaBB",
                    1L << 32 | 1,
                    1,
                    1L,
                    '1',
                    "1",
                    -1,
                    -1L,
                    Color.RED,
                    "RED",
                    Color.GREEN,
                    List.of(),
                    Set.of(),
                    Map.of(),
                    List.of(1, 2),
                    List.of(2, 1),
                    List.of(1),
                    new Generic<>(1, 2)));
            values.addAll(List.of(
                    new Generic<>(2, 1),
                    new Generic<>(null, 1),
                    new Generic<>(1, null),
                    Set.of(1, 2),
                    Map.of(1, 2),
                    Map.of(2, 1),
                    new BigDecimal("1.0"),
                    new BigDecimal("1.00"),
                    new Plain(1, "Aa", 0),
                    new Plain(1, "BB", 0)));

            Set<Long> hashes = new HashSet<>();
            values.forEach(value -> hashes.add(StableHash.content(value)));
            hashes.add(StableHash.content(null));

            assertThat(hashes).hasSize(values.size() + 1);
        }

        @Test
        void isNotThereForLargeOrDeepCollections() {
            assertThat(StableHash.hasContent(List.copyOf(Collections.nCopies(64, 1))))
                    .isTrue();
            assertThat(StableHash.hasContent(List.copyOf(Collections.nCopies(65, 1))))
                    .isFalse();
            Object deep = 1;
            for (int i = 0; i < 100; i++) {
                deep = List.of(deep);
            }
            assertThat(StableHash.hasContent(deep)).isFalse();
        }

        @Test
        void rarelyCollides(TestSeed seed) {
            SplittableRandom random = seed.random();
            Set<Object> values = new HashSet<>();
            Set<Long> hashes = new HashSet<>();
            for (int i = 0; i < 100_000; i++) {
                Object value = i % 2 == 0 ? random.nextLong() : new Generic<>(random.nextInt(), random.nextInt(100));
                if (values.add(value)) {
                    hashes.add(StableHash.content(value));
                }
            }

            assertThat(hashes).hasSameSizeAs(values);
        }

        @Test
        void isNotThereForWhatMayChange() {
            for (Object value : List.of(
                    new int[0],
                    new ArrayList<>(),
                    new WithObject(new int[0]),
                    new Object(),
                    List.of(new ArrayList<>()),
                    Set.of(new int[0]),
                    Map.of(1, new ArrayList<>()),
                    Map.of(new Object(), 1),
                    List.of(new WithObject(new int[0])))) {
                assertThat(StableHash.hasContent(value)).isFalse();
                assertThat(StableHash.contentOrZero(value)).isZero();
                assertThatThrownBy(() -> StableHash.content(value)).isInstanceOf(IllegalArgumentException.class);
            }
            assertThat(StableHash.hasContent(new WithObject(List.of(1)))).isTrue();
            assertThat(StableHash.hasContent(null)).isTrue();
            assertThat(StableHash.contentOrZero(null))
                    .isEqualTo(StableHash.content(null))
                    .isNotZero();
            assertThat(StableHash.contentOrZero("a")).isEqualTo(StableHash.content("a"));
        }
    }

    @Test
    void mixSpreadsNeighbours() {
        Set<Long> low = new HashSet<>();
        for (long i = 0; i < 256; i++) {
            low.add(StableHash.mix(i << 56) & 0xffff);
        }

        assertThat(low).hasSizeGreaterThan(250);
        assertThat(StableHash.mix(0)).isNotZero();
        assertThat(Objects.equals(StableHash.mix(1), StableHash.mix(1))).isTrue();
    }
}
