package dev.favilla.storage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.attempt.TaskScope;
import dev.favilla.digest.ContentDigest;
import dev.favilla.memory.UnifiedMemoryManager;
import dev.favilla.serializer.KryoSerializer;
import dev.favilla.serializer.Serializer;
import dev.favilla.testing.TestSeed;
import dev.favilla.value.StableHash;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class BlockDigestTest {

    private static final BlockId ID = new BlockId(1, 0);

    private long attempts;
    private final Serializer serializer = new KryoSerializer(List.of());
    private final UnifiedMemoryManager memory = new UnifiedMemoryManager(UnifiedMemoryManager.MINIMUM_POOL_BYTES, 0.25);
    private final LocalBlockManager store = new LocalBlockManager(memory, serializer, id -> {});

    @AfterEach
    void close() {
        store.close();
        assertThat(memory.usage().freeBytes()).isEqualTo(memory.poolBytes());
    }

    private PublishedBlock publish(List<?> records, StorageLevel level) {
        try (TaskScope scope = new TaskScope(++attempts, "task", memory.openTask("task"))) {
            BlockBuilder builder = store.build(ID, level, 0, scope);
            records.forEach(builder::add);
            builder.complete();
            return store.publish(scope).get(0);
        } finally {
            store.drop(ID);
        }
    }

    static Stream<Arguments> waysToKeep() {
        return Stream.of(
                        Arrays.asList("a", 1L, null, List.of(2, 3), "a", new long[] {4}),
                        Arrays.asList(1L, -1L, 1L),
                        Arrays.asList(1, -1, 1, null, "a", 1),
                        Arrays.asList(0.0, -0.0, Double.NaN, 1L))
                .flatMap(records -> Stream.of(true, false).map(deserialized -> Arguments.of(records, deserialized)));
    }

    @ParameterizedTest
    @MethodSource("waysToKeep")
    void theDigestIsTheSumOfMixedContents(List<Object> records, boolean deserialized) {
        ContentDigest contents = new ContentDigest(serializer, 1);
        long sum = records.stream()
                .mapToLong(record -> StableHash.mix(contents.of(record)))
                .sum();

        PublishedBlock published = publish(records, new StorageLevel(false, true, false, deserialized, 1));

        assertThat(published).isEqualTo(new PublishedBlock(ID, 0, records.size(), sum));
    }

    @Test
    void theOrderOfTheRecordsDoesNotMatterButTheirContentDoes(TestSeed seed) {
        List<Object> records = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            records.add("record " + i);
        }
        PublishedBlock published = publish(records, StorageLevel.MEMORY_ONLY);
        Collections.shuffle(records, new Random(seed.random().nextLong()));

        assertThat(publish(records, StorageLevel.MEMORY_ONLY)).isEqualTo(published);

        records.set(0, "another record");
        assertThat(publish(records, StorageLevel.MEMORY_ONLY).digest()).isNotEqualTo(published.digest());
    }

    @Test
    void recordsThatMayChangeCountWithWhatTheyHoldNow() {
        PublishedBlock published = publish(List.of(new StringBuilder("x"), new Plain(1)), StorageLevel.MEMORY_ONLY);

        assertThat(publish(List.of(new Plain(1), new StringBuilder("x")), StorageLevel.MEMORY_ONLY))
                .isEqualTo(published);
        assertThat(publish(List.of(new StringBuilder("x"), new Plain(2)), StorageLevel.MEMORY_ONLY))
                .isNotEqualTo(published);
    }

    @Test
    void recordsThatNobodyCanTellApartMakeEachBlockAnother() {
        List<Object> records = List.of(new Plain(new Thread()));

        assertThat(publish(records, StorageLevel.MEMORY_ONLY)).isNotEqualTo(publish(records, StorageLevel.MEMORY_ONLY));
    }

    private static final class Plain {

        @SuppressWarnings("unused") // its content
        private final Object part;

        Plain(Object part) {
            this.part = part;
        }
    }
}
