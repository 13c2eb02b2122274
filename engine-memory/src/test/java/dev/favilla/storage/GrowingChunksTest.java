package dev.favilla.storage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.value.Primitive;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class GrowingChunksTest {

    private static final int MANY = 100_000;

    private final GrowingChunks chunks = new GrowingChunks();

    private void addAll(Iterable<?> records) {
        records.forEach(chunks::add);
    }

    private static List<Long> longs(int count) {
        return LongStream.range(0, count).boxed().toList();
    }

    private static List<Object> content(List<RecordChunk> chunks) {
        List<Object> records = new ArrayList<>();
        for (RecordChunk chunk : chunks) {
            for (int i = 0; i < chunk.size(); i++) {
                records.add(chunk.get(i));
            }
        }
        return records;
    }

    @Test
    void numbersOfOneKindTakeEightBytesEach() {
        addAll(longs(MANY));

        List<RecordChunk> kept = chunks.chunks();

        assertThat(kept).allMatch(chunk -> chunk instanceof RecordChunk.Numbers);
        assertThat(content(kept)).isEqualTo(longs(MANY));
        assertThat(chunks.bytes()).isBetween(8L * MANY, 8L * MANY + MANY / 10);
    }

    @Test
    void referencesCountWithWhatTheyReferTo() {
        chunks.add("x".repeat(1000));
        addAll(longs(MANY));

        assertThat(chunks.chunks()).allMatch(chunk -> chunk instanceof RecordChunk.References);
        assertThat(chunks.bytes()).isBetween(28L * MANY, 29L * MANY);
    }

    @Test
    void allBitsOfNumbersStay() {
        long oddNaN = 0x7ff8_0000_dead_beefL;
        List<Double> doubles = List.of(-0.0, 0.0, Double.longBitsToDouble(oddNaN), Double.NaN, Double.MIN_VALUE);
        addAll(doubles);

        assertThat(chunks.chunks()).singleElement().satisfies(chunk -> {
            assertThat(((RecordChunk.Numbers) chunk).kind()).isEqualTo(Primitive.DOUBLE);
            for (int i = 0; i < doubles.size(); i++) {
                assertThat(Double.doubleToRawLongBits((Double) chunk.get(i)))
                        .isEqualTo(Double.doubleToRawLongBits(doubles.get(i)));
            }
        });
    }

    @Test
    void theFirstOtherRecordEndsTheNumbersAndTheOrderStays() {
        for (Object other : Arrays.asList("text", null, 1, 1.0, 1.0f, 'c', (short) 1, (byte) 1, true)) {
            for (int before : new int[] {1, 16, 17, 9000}) {
                GrowingChunks mixed = new GrowingChunks();
                List<Object> records = new ArrayList<>(longs(before));
                records.add(other);
                records.addAll(longs(before + 1));
                records.forEach(mixed::add);

                List<RecordChunk> kept = mixed.chunks();

                assertThat(content(kept)).as("%s after %s", other, before).isEqualTo(records);
                assertThat(kept.stream()
                                .filter(chunk -> chunk instanceof RecordChunk.Numbers)
                                .mapToInt(RecordChunk::size)
                                .sum())
                        .isEqualTo(before);
            }
        }
    }

    @Test
    void moreMayComeAfterALookAtWhatThereIs() {
        List<Object> records = new ArrayList<>();
        for (Object next : Arrays.asList(1L, 2L, 3L, "text", null, 4L)) {
            chunks.add(next);
            records.add(next);
            assertThat(content(chunks.chunks())).isEqualTo(records);
        }
    }

    @Test
    void nothingIsNoChunk() {
        assertThat(chunks.chunks()).isEmpty();
        assertThat(chunks.bytes()).isZero();
    }
}
