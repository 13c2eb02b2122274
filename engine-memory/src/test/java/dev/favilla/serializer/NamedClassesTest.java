package dev.favilla.serializer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamedClassesTest {

    private static final NamedClasses.Finder LOADER =
            name -> Class.forName(name, false, NamedClassesTest.class.getClassLoader());

    /** A record of the user's. */
    record Order(String customer, List<Item> items) implements java.io.Serializable {}

    /** Another one inside of it. */
    record Item(int number, UUID id) implements java.io.Serializable {}

    /** Their names have the same hash, as "Aa" and "BB" have. */
    private static final class Aa {}

    private static final class BB {}

    private static Serializer numbered(boolean kryo, NamedClasses classes) {
        Serializer own = kryo ? new KryoSerializer(List.of()) : new JavaRecordSerializer();
        return own.numberedBy(classes);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatOneHasWrittenAnotherReadsWhoKnowsTheNames(boolean kryo) {
        NamedClasses here = new NamedClasses();
        NamedClasses there = new NamedClasses();
        Order order =
                new Order("a", new ArrayList<>(List.of(new Item(1, new UUID(1, 2)), new Item(2, new UUID(3, 4)))));
        Serializer reader = numbered(kryo, there);
        Streams.write(reader, Map.of("other", new Item(3, new UUID(5, 6)))); // has met others before, in another order

        byte[] bytes = Streams.write(numbered(kryo, here), order);
        there.learn(here.names(), LOADER);

        assertThat(Streams.read(reader, bytes)).isEqualTo(order);
    }

    @Test
    void classesOfTheSameNumberAreRefusedWhenTheSecondIsMet() {
        NamedClasses classes = new NamedClasses();
        numbered(false, classes);
        classes.idOf(Aa.class);

        assertThatExceptionOfType(SerializationException.class)
                .isThrownBy(() -> classes.idOf(BB.class))
                .withMessageContainingAll("Aa", "BB", "registerKryo");
    }

    @Test
    void aClassThatIsNotHereIsNamed() {
        assertThatExceptionOfType(SerializationException.class)
                .isThrownBy(() -> new NamedClasses().learn(List.of("org.example.Gone"), LOADER))
                .withMessageContainingAll("org.example.Gone", "class path of all processes");
    }
}
