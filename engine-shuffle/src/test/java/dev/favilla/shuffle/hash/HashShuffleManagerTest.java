package dev.favilla.shuffle.hash;

import static dev.favilla.shuffle.ShuffleFixture.entry;
import static dev.favilla.shuffle.ShuffleFixture.spec;
import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.memory.MemoryManager;
import dev.favilla.serializer.Serializer;
import dev.favilla.shuffle.MapOutput;
import dev.favilla.shuffle.MapOutputs;
import dev.favilla.shuffle.ShuffleFixture.Entry;
import dev.favilla.shuffle.ShuffleManager;
import dev.favilla.shuffle.ShuffleManagerContract;
import dev.favilla.shuffle.ShuffleSpec;
import dev.favilla.shuffle.TestCombiners;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class HashShuffleManagerTest extends ShuffleManagerContract {

    @Override
    protected ShuffleManager open(MemoryManager memory, Serializer serializer, ExecutorId executor) {
        return new HashShuffleManager(memory, serializer, executor);
    }

    @Nested
    class Handover {

        @Test
        void immutableRecordsAreShared() throws Exception {
            ShuffleSpec spec = spec(1, null);
            String key = new String("key");
            List<String> value = List.of("deeply", "immutable");

            MapOutputs outputs = fixture.writeAll(spec, List.of(List.of(entry(key, value))));

            Entry read = fixture.read(spec, outputs, 0).get(0);
            assertThat(read.key()).isSameAs(key);
            assertThat(read.value()).isSameAs(value);
        }

        @Test
        void fromTheFirstMutableRecordOnEverythingIsCopied() throws Exception {
            ShuffleSpec spec = spec(1, null);
            List<String> value = List.of("deeply", "immutable");

            MapOutputs outputs = fixture.writeAll(
                    spec,
                    List.of(List.of(entry(1, value), entry(2, new ArrayList<>(List.of("mutable"))), entry(3, value))));

            List<Entry> read = fixture.read(spec, outputs, 0);
            assertThat(read.get(0).value()).isSameAs(value);
            assertThat(read.get(2).value()).isEqualTo(value).isNotSameAs(value);
        }

        @Test
        void aMutableKeyIsEnough() throws Exception {
            ShuffleSpec spec = spec(1, null);
            List<Integer> key = new ArrayList<>(List.of(1));

            MapOutputs outputs = fixture.writeAll(spec, List.of(List.of(entry(key, "v"))));

            assertThat(fixture.read(spec, outputs, 0).get(0).key())
                    .isEqualTo(key)
                    .isNotSameAs(key);
        }
    }

    @Nested
    class MapSideCombining {

        private long recordsSent(int keys, int rounds, boolean restartable) throws Exception {
            List<Entry> records = IntStream.range(0, keys * rounds)
                    .mapToObj(i -> entry(i / rounds, 1L))
                    .toList();
            ShuffleSpec spec = spec(4, restartable ? TestCombiners.sum() : TestCombiners.sumFromAThousand());
            MapOutput output = fixture.write(spec, 0, records);
            return output.records();
        }

        @Test
        void ofFewKeysSendsOneRecordPerKey() throws Exception {
            assertThat(recordsSent(HotKeys.FIRST_CAPACITY, 2, true)).isEqualTo(HotKeys.FIRST_CAPACITY);
        }

        @Test
        void goesOnWithAnEmptyTableWhereItShrinksItsInput() throws Exception {
            int keys = 3 * HotKeys.FIRST_CAPACITY;

            assertThat(recordsSent(keys, HotKeys.WORTHWHILE_SHRINKAGE, true)).isEqualTo(keys);
        }

        @Test
        void stopsWhereItDoesNot() throws Exception {
            int keys = 2 * HotKeys.FIRST_CAPACITY;

            // The second half is sent as it comes.
            assertThat(recordsSent(keys, 2, true)).isEqualTo(keys / 2 + keys);
        }

        @Test
        void neverStartsAKeyTwiceWhereThatWouldApplyAZeroAgain() throws Exception {
            int keys = 2 * HotKeys.FIRST_CAPACITY;

            assertThat(recordsSent(keys, 2, false)).isEqualTo(keys);
        }

        @Test
        void givesTheSameResultWhateverWasSentUnmerged() throws Exception {
            ShuffleSpec spec = spec(4, TestCombiners.sum());
            int keys = 5 * HotKeys.FIRST_CAPACITY;
            List<Entry> records = IntStream.range(0, 2 * keys)
                    .mapToObj(i -> entry(i % keys, 1L))
                    .toList();

            MapOutputs outputs = fixture.writeAll(spec, List.of(records));

            List<Entry> read = fixture.readAll(spec, outputs).stream()
                    .flatMap(List::stream)
                    .toList();
            assertThat(read).hasSize(keys).allMatch(e -> e.value().equals(2L));
        }
    }
}
