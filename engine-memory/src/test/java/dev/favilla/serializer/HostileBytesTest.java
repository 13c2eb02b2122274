package dev.favilla.serializer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.favilla.frame.Damage;
import dev.favilla.testing.TestSeed;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The serializer by itself, with bytes that no frame has let through: no allocation follows an announced length. */
class HostileBytesTest {

    /** After the number of the class and the mark of a first occurrence. */
    private static final int LENGTH_AT = 2;

    private static final long SMALL_CHANGE = 1 << 20;

    private final KryoSerializer serializer = new KryoSerializer(List.of());

    private byte[] write(Object record) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (Serializer.RecordOutput out = serializer.open(bytes)) {
            out.write(record);
        }
        return bytes.toByteArray();
    }

    private void read(byte[] bytes) {
        try (Serializer.RecordInput in = serializer.open(bytes, 0, bytes.length)) {
            in.read();
        }
    }

    private static long allocated() {
        return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }

    static List<Object> containers() {
        return List.of(
                new byte[1],
                new int[1],
                new long[1],
                new double[1],
                new float[1],
                new short[1],
                new char[1],
                new boolean[1],
                new String[1],
                new Object[1],
                new Thread.State[1],
                new ArrayList<>(List.of("x")),
                new PriorityQueue<>(List.of("x")),
                Arrays.asList("x", "y"),
                new HashMap<>(Map.of("x", "y")),
                List.of("x", "y", "z"),
                Map.of("x", "y", "z", "w"));
    }

    static Stream<Arguments> named() {
        return containers().stream().map(c -> Arguments.of(c.getClass().getSimpleName(), c));
    }

    /** The class and a length of 2^31 - 1 are five to seven bytes; plain Kryo makes an array of 2 to 16 GB of them. */
    @ParameterizedTest
    @MethodSource("named")
    void aFewBytesThatAnnounceTwoBillionElementsAllocateNothing(String name, Object container) {
        byte[] bytes = write(container);
        byte[] hostile = Arrays.copyOf(bytes, LENGTH_AT + 5);
        Arrays.fill(hostile, LENGTH_AT, LENGTH_AT + 4, (byte) 0xff);
        hostile[LENGTH_AT + 4] = 7;
        long before = allocated();

        assertThatThrownBy(() -> read(hostile)).isInstanceOf(SerializationException.class);

        assertThat(allocated() - before).isLessThan(SMALL_CHANGE);
    }

    @Test
    void aTextThatAnnouncesTwoBillionCharactersAllocatesNothing() {
        byte[] hostile = {3, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 15, 'x'};
        long before = allocated();

        assertThatThrownBy(() -> read(hostile)).isInstanceOf(SerializationException.class);
        assertThatThrownBy(() -> {
                    try (Serializer.RecordInput in = serializer.open(new ByteArrayInputStream(hostile))) {
                        in.read();
                    }
                })
                .isInstanceOf(SerializationException.class);

        assertThat(allocated() - before).isLessThan(SMALL_CHANGE);
    }

    @Test
    void anUnknownClassIsNeverLoaded() {
        assertThatThrownBy(() -> read(new byte[] {(byte) 0xff, 0x7f, 0}))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("There is no class number");
        assertThatThrownBy(() -> read(new byte[] {1, 0, 'j', 'a', 'v', 'a' | (byte) 0x80}))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("There is no class number");
    }

    @Test
    void tenThousandDamagedRecordsEndInARecordOrATypedError(TestSeed seed) {
        SplittableRandom random = seed.random();
        List<byte[]> good = containers().stream().map(this::write).toList();
        byte[] other = write(new EverydayTypesTest.Point(1, 2, "a point", List.of("any")));
        for (int i = 0; i < 10_000; i++) {
            byte[] damaged = Damage.of(good.get(i % good.size()), other, random);
            long before = allocated();
            try {
                read(damaged);
            } catch (SerializationException e) {
                assertThat(e).hasMessageNotContaining("OutOfMemory");
            }
            assertThat(allocated() - before).isLessThan(SMALL_CHANGE);
        }
    }

    @Test
    void severalReadersOfOneArrayDoNotDisturbEachOther() {
        byte[] bytes = write(new ArrayList<>(List.of("ascii", "short", "text")));
        byte[] before = bytes.clone();

        try (Serializer.RecordInput one = serializer.open(bytes, 0, bytes.length);
                Serializer.RecordInput two = serializer.open(bytes, 0, bytes.length)) {
            assertThat(one.read()).isEqualTo(two.read());
        }

        assertThat(bytes).isEqualTo(before);
    }
}
