package dev.favilla.value;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
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

    private static class HashOnly {

        private final int n;

        HashOnly(int n) {
            this.n = n;
        }

        @Override
        public int hashCode() {
            return n;
        }
    }

    private static final class BelowHashOnly extends HashOnly {

        BelowHashOnly() {
            super(1);
        }
    }

    record WithHashOnly(BelowHashOnlyToo part) {
        WithHashOnly(HashOnly key) {
            this(new BelowHashOnlyToo(key.n));
        }
    }

    private static final class BelowHashOnlyToo extends HashOnly {

        BelowHashOnlyToo(int n) {
            super(n);
        }
    }

    record EqualsByHand(String text) {
        @Override
        @SuppressWarnings("EqualsHashCode")
        public boolean equals(Object o) {
            return o instanceof EqualsByHand other && text.equalsIgnoreCase(other.text);
        }
    }

    record HashByHand(String text, int n) {
        @Override
        public int hashCode() {
            return text.length();
        }
    }

    private static class Equal {

        final int n;

        Equal(int n) {
            this.n = n;
        }

        @Override
        public boolean equals(Object o) {
            return o instanceof Equal other && n == other.n;
        }

        @Override
        public int hashCode() {
            return n;
        }
    }

    private static final class BelowEqual extends Equal {

        BelowEqual(int n) {
            super(n);
        }

        @Override
        @SuppressWarnings("EqualsHashCode")
        public int hashCode() {
            return 2 * n;
        }
    }

    /** What {@code case object} compiles to. */
    public static final class ScalaObject {

        public static final ScalaObject MODULE$ = new ScalaObject();

        private ScalaObject() {}

        @Override
        public int hashCode() {
            return "ScalaObject".hashCode();
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

        @Test
        void refusesHashesWithoutEquality() {
            HashOnly key = new HashOnly(1);

            refused(key, "HashOnly cannot be a key", "inherits equals from Object", "Give it equals, too");
            refused(new BelowHashOnly(), "BelowHashOnly cannot be a key", "inherits equals from Object");
            refused(new WithHashOnly(key), "WithHashOnly cannot be a key because of a component", "HashOnly");
            refused(new WithObject(key), "HashOnly cannot be a key");
            refused(List.of(key), "HashOnly");
            refused(Set.of(key), "HashOnly");
            refused(Map.of(1, key), "HashOnly");
            refused(Map.entry(key, 1), "HashOnly");
            refused(Optional.of(key), "HashOnly");
        }

        @Test
        void refusesRecordsWithAnEqualityThatTheirHashDoesNotKnow() {
            refused(new EqualsByHand("a"), "EqualsByHand cannot be a key", "hashCode of the compiler");
            refused(new WithObject(new EqualsByHand("a")), "EqualsByHand");
        }

        @Test
        void ofARecordsOwnMethodIsWhatItSays() {
            assertThat(StableHash.of(new HashByHand("abc", 1))).isEqualTo(3);
        }

        @Test
        void acceptsAnEqualityFromASuperclass() {
            assertThat(StableHash.of(new BelowEqual(7))).isEqualTo(14);
        }

        @Test
        void ofClassesGoesByName() {
            assertThat(StableHash.of(String.class)).isEqualTo("java.lang.String".hashCode());
            assertThat(StableHash.of(List.of(int.class))).isEqualTo(31 + "int".hashCode());
        }

        @Test
        void acceptsTheOneInstanceOfAScalaObject() {
            assertThat(StableHash.of(ScalaObject.MODULE$)).isEqualTo(ScalaObject.MODULE$.hashCode());
        }

        @Test
        void ofProxiesIsTheirHandlersAffair() {
            Object proxy = Proxy.newProxyInstance(
                    getClass().getClassLoader(),
                    new Class<?>[] {Runnable.class},
                    (self, method, arguments) -> method.getName().equals("hashCode") ? (Object) 5 : null);

            assertThat(StableHash.of(proxy)).isEqualTo(5);
        }

        @Test
        void refusesFunctions() {
            Runnable function = () -> {};

            refused(function, "inherits hashCode from Object");
        }

        private void refused(Object key, String... parts) {
            assertThatThrownBy(() -> StableHash.of(key))
                    .isInstanceOf(UnsupportedKeyException.class)
                    .hasMessageContainingAll(parts);
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
