package dev.favilla.spill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.favilla.attempt.Metric;
import dev.favilla.attempt.TaskScope;
import dev.favilla.disk.DirectoryDisk;
import dev.favilla.disk.LocalDisk;
import dev.favilla.disk.LocalDiskException;
import dev.favilla.memory.ExecutionMemoryExhaustedException;
import dev.favilla.memory.MemoryAccount;
import dev.favilla.memory.TaskKilledException;
import dev.favilla.memory.UnifiedMemoryManager;
import dev.favilla.serializer.KryoSerializer;
import dev.favilla.serializer.RecordCopier;
import dev.favilla.testing.TestSeed;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SorterTest {

    private static final long POOL = UnifiedMemoryManager.MINIMUM_POOL_BYTES;

    @TempDir
    Path directory;

    private final UnifiedMemoryManager memory = new UnifiedMemoryManager(POOL, 0.5);
    private final MemoryAccount hog = memory.openRetained("the hog");
    private TaskScope scope;
    private LocalDisk disk;

    @BeforeEach
    void open() {
        scope = new TaskScope(1, "the attempt", memory.openTask("the attempt"));
        disk = new DirectoryDisk(directory.toString());
        RunStore.attachTo(scope, disk, new KryoSerializer(List.of()));
    }

    @AfterEach
    void nothingIsLeft() {
        scope.close();
        hog.close();
        assertThat(disk.usage().files()).isZero();
        disk.close();
        assertThat(memory.usage().freeBytes()).isEqualTo(POOL);
    }

    /** An entry, whose number says when it came. */
    record Entry(@Nullable Object key, int number) {}

    private record Order(Kind kind, Comparator<@Nullable Object> keys) implements RecordOrder {

        @SuppressWarnings("unchecked")
        static Order ascending() {
            return new Order(Kind.NATURAL, (Comparator<Object>) (Comparator<?>) Comparator.<Integer>naturalOrder());
        }

        @SuppressWarnings("unchecked")
        static Order descending() {
            return new Order(Kind.REVERSED, (Comparator<Object>) (Comparator<?>) Comparator.<Integer>reverseOrder());
        }

        static Order by(Comparator<@Nullable Object> keys) {
            return new Order(Kind.OTHER, keys);
        }

        @Override
        public @Nullable Object key(@Nullable Object record) {
            return ((Entry) record).key();
        }

        @Override
        public int compare(@Nullable Object left, @Nullable Object right) {
            return keys.compare(key(left), key(right));
        }

        @Override
        public RuntimeException contradiction(String detail) {
            return new ArithmeticException(detail);
        }
    }

    private Sorter sorter(RecordOrder order) {
        return new Sorter(order, null, scope);
    }

    private static List<Object> sorted(Sorter sorter, List<Entry> entries) {
        entries.forEach(sorter::add);
        return drain(sorter.sorted());
    }

    private static List<Object> drain(Iterator<@Nullable Object> records) {
        List<Object> list = new ArrayList<>();
        records.forEachRemaining(list::add);
        return list;
    }

    private static List<Entry> entries(int count, IntFunction<@Nullable Object> key) {
        return IntStream.range(0, count)
                .mapToObj(i -> new Entry(key.apply(i), i))
                .toList();
    }

    private static List<Object> expected(List<Entry> entries, RecordOrder order) {
        List<Object> expected = new ArrayList<>(entries);
        expected.sort(order);
        return expected;
    }

    /** Has everything that can move moved out. */
    private void press() {
        MemoryAccount account = scope.memory();
        account.release(account.reserve(POOL));
    }

    enum Keys {
        LONGS(random -> random.nextLong()),
        SMALL_LONGS(random -> random.nextLong(-50, 50)),
        INTEGERS(random -> random.nextInt()),
        DOUBLES(random -> random.nextInt(3) == 0
                ? List.of(Double.NaN, -0.0, 0.0, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.MIN_VALUE)
                        .get(random.nextInt(6))
                : (Object) Double.longBitsToDouble(random.nextLong())),
        STRINGS(random -> text(random, 'a', 3)),
        STRINGS_WITH_ZEROS(random -> text(random, '\0', 2)),
        STRINGS_OF_ALL_SCRIPTS(random -> text(random, '\u00fe', 4) + text(random, '\ud83d', 2)),
        BYTES(random -> (byte) random.nextInt());

        private final Function<SplittableRandom, Object> make;

        Keys(Function<SplittableRandom, Object> make) {
            this.make = make;
        }

        private static String text(SplittableRandom random, char first, int letters) {
            StringBuilder text = new StringBuilder();
            for (int left = random.nextInt(13); left > 0; left--) {
                text.append((char) (first + random.nextInt(letters)));
            }
            return text.toString();
        }
    }

    @ParameterizedTest
    @EnumSource
    void sortsAsAListDoes(Keys keys, TestSeed seed) {
        SplittableRandom random = seed.random();
        for (int size : List.of(0, 1, 2, 255, 256, 1000, 20_000)) {
            List<Entry> entries = entries(size, i -> keys.make.apply(random));
            for (Order order : List.of(Order.ascending(), Order.descending())) {
                try (Sorter sorter = sorter(order)) {
                    assertThat(sorted(sorter, entries)).isEqualTo(expected(entries, order));
                }
            }
        }
        assertThat(scope.metrics().snapshot().get(Metric.DISK_BYTES_SPILLED)).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 299, 1500, 2999})
    void oneTextInAnotherScriptChangesNothing(int other, TestSeed seed) {
        SplittableRandom random = seed.random();
        List<Entry> entries =
                entries(3000, i -> (i == other ? "\u0105" : "") + "text " + Long.toString(random.nextInt(9000), 3));
        for (Order order : List.of(Order.ascending(), Order.descending())) {
            try (Sorter sorter = sorter(order)) {
                assertThat(sorted(sorter, entries)).isEqualTo(expected(entries, order));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 300, 2999})
    void aKeyOfAnotherClassFailsWhereverItComes(int other) {
        List<Entry> entries = entries(3000, i -> i == other ? (Object) "text" : i);
        try (Sorter sorter = sorter(Order.ascending())) {
            assertThatExceptionOfType(ClassCastException.class).isThrownBy(() -> sorted(sorter, entries));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, POOL - (4 << 20), POOL - (1 << 20), POOL - (200 << 10)})
    void theOrderIsTheSameWhateverTheMemory(long ofTheHog, TestSeed seed) {
        SplittableRandom random = seed.random();
        List<Entry> entries = entries(100_000, i -> "key " + random.nextInt(2000));
        hog.require(ofTheHog);
        for (Order order : List.of(Order.ascending(), Order.descending(), byLength())) {
            try (Sorter sorter = sorter(order)) {
                assertThat(sorted(sorter, entries)).isEqualTo(expected(entries, order));
            }
        }
        assertThat(scope.metrics().snapshot().get(Metric.DISK_BYTES_SPILLED) > 0)
                .isEqualTo(ofTheHog > 0);
    }

    private static Order byLength() {
        return Order.by(Comparator.comparingInt(key -> String.valueOf(key).length()));
    }

    @Nested
    class Pressed {

        @ParameterizedTest
        @ValueSource(ints = {1, 2, 31, 32, 33, 64, 100, 1500})
        void mergesAnyNumberOfRuns(int runs, TestSeed seed) {
            SplittableRandom random = seed.random();
            List<Entry> entries = entries(runs * 20, i -> random.nextInt(100));
            try (Sorter sorter = sorter(Order.ascending())) {
                for (Entry entry : entries) {
                    sorter.add(entry);
                    if (entry.number() % 20 == 19) {
                        press();
                    }
                }
                assertThat(disk.usage().files()).isEqualTo(runs);
                assertThat(drain(sorter.sorted())).isEqualTo(expected(entries, Order.ascending()));
            }
            assertThat(disk.usage().files()).isZero();
        }

        @ParameterizedTest
        @ValueSource(ints = {0, 1, 700, 4999, 5000})
        void movesOutWhatIsNotYetHandedOut(int after, TestSeed seed) {
            SplittableRandom random = seed.random();
            List<Entry> entries = entries(5000, i -> random.nextInt(1000));
            try (Sorter sorter = sorter(Order.ascending())) {
                entries.subList(0, 2500).forEach(sorter::add);
                press();
                entries.subList(2500, 5000).forEach(sorter::add);
                Iterator<@Nullable Object> records = sorter.sorted();
                List<Object> found = new ArrayList<>();
                while (records.hasNext()) {
                    if (found.size() == after) {
                        press();
                        assertThat(scope.memory().reservedBytes()).isZero();
                    }
                    found.add(records.next());
                }
                press();

                assertThat(found).isEqualTo(expected(entries, Order.ascending()));
            }
        }

        @Test
        void answersNothingWhenThereIsNothing() {
            try (Sorter sorter = sorter(Order.ascending())) {
                press();
                assertThat(drain(sorter.sorted())).isEmpty();
                press();
            }
            assertThat(scope.metrics().snapshot().get(Metric.MEMORY_BYTES_SPILLED))
                    .isZero();
        }

        @Test
        void failsWhereTheDiskDoesAndHoldsNothingAfterwards() {
            TaskScope elsewhere = new TaskScope(2, "another attempt", memory.openTask("another attempt"));
            RunStore.attachTo(
                    elsewhere, new DirectoryDisk(directory.resolve("none").toString()), new KryoSerializer(List.of()));
            Sorter sorter = new Sorter(Order.ascending(), null, elsewhere);
            sorter.add(new Entry(1, 1));

            assertThatExceptionOfType(LocalDiskException.class)
                    .isThrownBy(() -> elsewhere.memory().reserve(2 * POOL));

            sorter.close();
            assertThat(elsewhere.memory().reservedBytes()).isZero();
            elsewhere.close();
        }

        @Test
        void stopsWhenItsAttemptIsKilled() {
            Sorter sorter = sorter(Order.ascending());
            entries(5000, i -> i).forEach(sorter::add);
            scope.kill("not wanted");

            assertThatExceptionOfType(TaskKilledException.class).isThrownBy(() -> press());

            sorter.close();
            assertThat(scope.memory().reservedBytes()).isZero();
        }
    }

    @Nested
    class AUsersComparator {

        @Test
        void mayPlaceNulls() {
            Order order = Order.by(Comparator.nullsLast((a, b) -> Integer.compare((Integer) a, (Integer) b)));
            List<Entry> entries = entries(3000, i -> i % 7 == 0 ? null : (Object) (i % 100));
            try (Sorter sorter = sorter(order)) {
                assertThat(sorted(sorter, entries)).isEqualTo(expected(entries, order));
            }
        }

        @ParameterizedTest
        @CsvSource({"OTHER, false", "OTHER, true", "NATURAL, true", "REVERSED, false"})
        void thatContradictsItselfIsReported(RecordOrder.Kind kind, boolean pressed, TestSeed seed) {
            SplittableRandom random = seed.random();
            Order order = new Order(kind, (a, b) -> a == b ? 0 : random.nextInt(3) - 1);
            try (Sorter sorter = sorter(order)) {
                assertThatExceptionOfType(ArithmeticException.class).isThrownBy(() -> {
                    for (Entry entry : entries(400, i -> List.of(i))) {
                        sorter.add(entry);
                        if (pressed && entry.number() % 20 == 0) {
                            press();
                        }
                    }
                    drain(sorter.sorted());
                });
            }
            assertThat(scope.memory().reservedBytes()).isZero();
        }

        @Test
        void thatNeverSaysEqualIsForgiven() {
            Order order = Order.by((a, b) -> (Integer) a < (Integer) b ? -1 : 1);
            List<Entry> entries = entries(30, i -> i % 5);
            try (Sorter sorter = sorter(order)) {
                assertThat(sorted(sorter, entries).stream().map(entry -> ((Entry) entry).key()))
                        .isSorted()
                        .hasSize(30);
            }
        }

        @ParameterizedTest
        @ValueSource(ints = {1, 100, 20_000, 45_000})
        void thatThrowsLeavesNothing(int calls) {
            int[] left = {calls};
            Order order = Order.by((a, b) -> {
                if (--left[0] == 0) {
                    throw new UnsupportedOperationException("not today");
                }
                return Integer.compare((Integer) a, (Integer) b);
            });
            hog.require(POOL - (200 << 10));
            Sorter sorter = sorter(order);

            assertThatExceptionOfType(UnsupportedOperationException.class)
                    .isThrownBy(() -> sorted(sorter, entries(5000, i -> (i * 7919) % 5000)))
                    .withMessage("not today");

            sorter.close();
            sorter.close();
            assertThat(scope.memory().reservedBytes()).isZero();
            assertThat(disk.usage().files()).isZero();
        }
    }

    @Test
    void aRecordThatCannotBeComparedFailsEvenAlone() {
        try (Sorter sorter = sorter(Order.ascending())) {
            assertThatExceptionOfType(NullPointerException.class).isThrownBy(() -> sorter.add(new Entry(null, 1)));
        }
    }

    @Test
    void recordsThatOthersMayChangeAreCopied() {
        RecordCopier copier = RecordCopier.attachTo(scope, new KryoSerializer(List.of()));
        byte[] shared = new byte[1];
        try (Sorter sorter = new Sorter(new ByFirstByte(), copier, scope)) {
            for (int i = 9; i >= 0; i--) {
                shared[0] = (byte) i;
                sorter.add(shared);
            }
            assertThat(drain(sorter.sorted()).stream().map(bytes -> (int) ((byte[]) bytes)[0]))
                    .containsExactlyElementsOf(IntStream.range(0, 10).boxed().toList());
        }
    }

    private record ByFirstByte() implements RecordOrder {

        @Override
        public Kind kind() {
            return Kind.OTHER;
        }

        @Override
        public @Nullable Object key(@Nullable Object record) {
            return record;
        }

        @Override
        public int compare(@Nullable Object left, @Nullable Object right) {
            return Arrays.compare((byte[]) left, (byte[]) right);
        }

        @Override
        public RuntimeException contradiction(String detail) {
            return new ArithmeticException(detail);
        }
    }

    @Test
    void recordsThatArePressedForEveryByteStillSort() {
        hog.require(POOL - (80 << 10));
        List<Entry> entries = entries(300, i -> "x".repeat(2000) + (i * 37) % 300);
        try (Sorter sorter = sorter(Order.ascending())) {
            assertThat(sorted(sorter, entries)).isEqualTo(expected(entries, Order.ascending()));
        }
    }

    @Test
    void withoutAnyMemoryTheErrorSaysSo() {
        hog.require(POOL);
        try (Sorter sorter = sorter(Order.ascending())) {
            assertThatExceptionOfType(ExecutionMemoryExhaustedException.class)
                    .isThrownBy(() -> sorter.add(new Entry(1, 1)));
        }
    }

    @Test
    void closedInTheMiddleItLeavesNothing() {
        Sorter sorter = sorter(Order.ascending());
        entries(2000, i -> -i).forEach(sorter::add);
        press();
        entries(2000, i -> i).forEach(sorter::add);
        Iterator<@Nullable Object> records = sorter.sorted();
        Stream.generate(records::next).limit(100).forEach(record -> {});

        sorter.close();
        sorter.close();

        assertThat(disk.usage().files()).isZero();
        assertThat(scope.memory().reservedBytes()).isZero();
    }

    @Test
    void whatIsHandedOutIsGivenBack() {
        try (Sorter sorter = sorter(Order.ascending())) {
            entries(100_000, i -> i).forEach(sorter::add);
            Iterator<@Nullable Object> records = sorter.sorted();
            long all = scope.memory().reservedBytes();
            for (int i = 0; i < 90_000; i++) {
                records.next();
            }
            assertThat(scope.memory().reservedBytes()).isLessThan(all / 3);
            records.forEachRemaining(record -> {});
            assertThat(scope.memory().reservedBytes()).isZero();
        }
    }

    @Test
    void sortsOnce() {
        try (Sorter sorter = sorter(Order.ascending())) {
            sorter.sorted();
            assertThatIllegalStateException().isThrownBy(sorter::sorted);
        }
    }
}
