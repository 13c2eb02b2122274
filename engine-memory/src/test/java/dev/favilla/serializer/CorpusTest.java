package dev.favilla.serializer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.google.common.collect.ImmutableList;
import dev.favilla.serializer.Corpus.Sample;
import dev.favilla.testing.TestSeed;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What goes in comes out equal, or is refused: there is nothing in between. */
class CorpusTest {

    /** No data of ours, or views through functions that are not serializable. */
    private static final List<String> REFUSED = List.of(
            Corpus.NO_DATA,
            "sun.nio.fs.",
            "java.util.concurrent.DelayQueue",
            "java.util.LongSummaryStatistics",
            "java.util.StringJoiner",
            "com.google.common.collect.Lists$TransformingRandomAccessList",
            "com.google.common.collect.Maps$FilteredKeyMap",
            "com.google.common.collect.Maps$TransformedEntriesMap",
            "com.google.common.collect.Maps$AsMapView",
            "com.google.common.collect.Sets$FilteredNavigableSet");

    static Stream<Sample> samples() {
        return Stream.concat(Corpus.jdk(), LibraryCorpus.all());
    }

    private static boolean isRefused(Sample sample) {
        return REFUSED.stream().anyMatch(sample.name()::startsWith);
    }

    @ParameterizedTest
    @MethodSource("samples")
    void comesBackEqualOrIsRefused(Sample sample) {
        for (Serializer serializer : Streams.both()) {
            Object expected = sample.content().apply(sample.value());
            Object copy;
            try {
                copy = Streams.copy(serializer, sample.value());
            } catch (SerializationException e) {
                assertThat(e)
                        .hasMessageStartingWith("Cannot write a record of ")
                        .hasMessageNotContaining("module java.base");
                assertThat(isRefused(sample) || serializer instanceof JavaRecordSerializer)
                        .as(e.getMessage())
                        .isTrue();
                continue;
            }
            assertThat(sample.content().apply(copy)).isEqualTo(expected);
            assertThat(isRefused(sample)).as(sample.name()).isFalse();
        }
    }

    record Holder(String name, Object inside, Object[] more) {
        @Override
        public boolean equals(Object o) {
            return o instanceof Holder other
                    && name.equals(other.name)
                    && inside.equals(other.inside)
                    && Arrays.equals(more, other.more);
        }

        @Override
        public int hashCode() {
            return name.hashCode();
        }
    }

    /** Goes by Java serialization, with a field and elements of any kind. */
    static final class Tagged extends ArrayList<Object> {
        private final Object tag;

        Tagged(Object tag, Object element) {
            this.tag = tag;
            add(element);
        }

        @Override
        public boolean equals(Object o) {
            return o instanceof Tagged other && tag.equals(other.tag) && super.equals(o);
        }

        @Override
        public int hashCode() {
            return super.hashCode();
        }
    }

    private static final List<Function<Object, Object>> NESTS = List.of(
            value -> new ArrayList<>(List.of(value, value)),
            value -> List.of("x", value),
            value -> Optional.of(value),
            value -> new HashMap<>(Map.of("key", value)),
            value -> new LinkedHashMap<>(Map.of(1, value, 2, value)),
            value -> new Holder("h", value, new Object[] {value, 1}),
            value -> new Tagged(value, value),
            value -> new Tagged("tag", new Holder("inside", value, new Object[0])),
            value -> com.google.common.collect.ImmutableList.of(value, 1),
            value -> com.google.common.collect.ImmutableListMultimap.of("k", value, "k", value),
            value -> com.google.common.collect.Lists.reverse(new ArrayList<>(List.of(1, value))),
            value -> new kotlin.Pair<>(value, "second"),
            value -> new scala.Some<>(value),
            value -> scala.collection.immutable.Nil$.MODULE$.$colon$colon(value));

    @Test
    void nestedInOneAnotherTheyStayEqual(TestSeed seed) {
        SplittableRandom random = seed.random();
        List<Object> values = samples()
                .filter(sample -> !isRefused(sample))
                .map(Sample::value)
                .filter(CorpusTest::comparesContent)
                .filter(value -> !value.equals(Float.NaN)) // lists of Scala compare it as a primitive
                .filter(value ->
                        !(value instanceof JsonNode)) // others write it as JSON, which forgets kinds of numbers
                .toList();
        assertThat(values).hasSizeGreaterThan(150);
        Serializer kryo = new KryoSerializer(List.of());
        for (int i = 0; i < 3000; i++) {
            Object nested = values.get(random.nextInt(values.size()));
            for (int depth = 1 + random.nextInt(4); depth > 0; depth--) {
                nested = NESTS.get(random.nextInt(NESTS.size())).apply(nested);
            }
            assertThat(Streams.copy(kryo, nested)).isEqualTo(nested);
        }
    }

    /** Returns whether two copies of a value are equal: of an array, say, they are not. */
    private static boolean comparesContent(Object value) {
        Serializer kryo = new KryoSerializer(List.of());
        byte[] bytes = Streams.write(kryo, value);
        return Streams.read(kryo, bytes).equals(Streams.read(kryo, bytes));
    }

    @Test
    void aLaterValueOfAClassIsAsSafeAsItsFirst() {
        Serializer kryo = new KryoSerializer(List.of());
        LibraryCorpus.jackson()
                .map(Sample::value)
                .forEach(node -> assertThat(Streams.copy(kryo, node)).isEqualTo(node));
        samples().filter(sample -> !isRefused(sample)).forEach(sample -> {
            Object expected = sample.content().apply(sample.value());
            assertThat(sample.content().apply(Streams.copy(kryo, sample.value())))
                    .as(sample.name())
                    .isEqualTo(expected);
        });
    }

    @Test
    void singletonsOfLibrariesStayTheOne() {
        Serializer kryo = new KryoSerializer(List.of());
        for (Object single : List.of(
                kotlin.Unit.INSTANCE,
                scala.None$.MODULE$,
                scala.collection.immutable.Nil$.MODULE$,
                com.google.common.base.Optional.absent(),
                com.fasterxml.jackson.databind.node.NullNode.instance,
                com.fasterxml.jackson.databind.node.MissingNode.getInstance(),
                kotlin.collections.CollectionsKt.emptyList())) {
            assertThat(Streams.copy(kryo, single)).isSameAs(single);
            assertThat(((List<?>) Streams.copy(kryo, List.of(single, 1))).get(0))
                    .isSameAs(single);
        }
    }

    @Test
    void nodesThatForgetTheirKindInALaterContainerAreRefused() {
        Serializer kryo = new KryoSerializer(List.of());
        JsonNode whole = JsonNodeFactory.instance.numberNode(1);
        JsonNode large = JsonNodeFactory.instance.numberNode(1L);

        ImmutableList<JsonNode> harmless = ImmutableList.of(whole, whole); // of the same class as the later one

        assertThat(Streams.copy(kryo, harmless)).isEqualTo(harmless);
        assertThatExceptionOfType(SerializationException.class)
                .isThrownBy(() -> Streams.write(kryo, ImmutableList.of(whole, large)))
                .withMessageContainingAll("ImmutableList", "LongNode", "register a Kryo serializer");
    }
}
