package dev.favilla.serializer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.esotericsoftware.kryo.kryo5.Kryo;
import com.esotericsoftware.kryo.kryo5.io.Input;
import com.esotericsoftware.kryo.kryo5.io.Output;
import java.io.Externalizable;
import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectInput;
import java.io.ObjectInputStream;
import java.io.ObjectOutput;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamField;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Classes that say themselves how Java serialization writes them. */
class CustomSerializationTest {

    /** Keeps its content out of sight of whoever writes fields. */
    static final class Basket implements Serializable {
        private transient Map<String, Integer> content = new TreeMap<>();

        Basket with(String what, int count) {
            content.put(what, count);
            return this;
        }

        private void writeObject(ObjectOutputStream out) throws IOException {
            out.defaultWriteObject();
            out.writeInt(content.size());
            for (Map.Entry<String, Integer> entry : content.entrySet()) {
                out.writeObject(entry.getKey());
                out.writeInt(entry.getValue());
            }
        }

        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
            in.defaultReadObject();
            content = new TreeMap<>();
            for (int left = in.readInt(); left > 0; left--) {
                String what = (String) in.readObject();
                content.put(what, in.readInt());
            }
        }

        @Override
        public boolean equals(Object o) {
            return o instanceof Basket other && content.equals(other.content);
        }

        @Override
        public int hashCode() {
            return content.hashCode();
        }
    }

    static class Amount implements Serializable {
        private final long cents;
        private final transient String text;

        Amount(long cents) {
            this.cents = cents;
            this.text = cents + " ct";
        }

        protected Object readResolve() {
            return new Amount(cents);
        }

        @Override
        public boolean equals(Object o) {
            return o instanceof Amount other && text.equals(other.text);
        }

        @Override
        public int hashCode() {
            return text.hashCode();
        }
    }

    /** Inherits readResolve, which makes it an Amount. */
    static final class Discount extends Amount {
        Discount(long cents) {
            super(cents);
        }
    }

    public static final class Outside implements Externalizable {
        private transient String name = "";

        public Outside() {}

        Outside(String name) {
            this.name = name;
        }

        @Override
        public void writeExternal(ObjectOutput out) throws IOException {
            out.writeUTF(name);
        }

        @Override
        public void readExternal(ObjectInput in) throws IOException {
            name = in.readUTF();
        }

        @Override
        public boolean equals(Object o) {
            return o instanceof Outside other && name.equals(other.name);
        }

        @Override
        public int hashCode() {
            return name.hashCode();
        }
    }

    static final class Replaced implements Serializable {
        private final transient String name;

        Replaced(String name) {
            this.name = name;
        }

        private Object writeReplace() {
            return new Proxy(name);
        }

        private void readObject(ObjectInputStream in) throws InvalidObjectException {
            throw new InvalidObjectException("only by proxy");
        }

        private record Proxy(String name) implements Serializable {
            private Object readResolve() {
                return new Replaced(name);
            }
        }

        @Override
        public boolean equals(Object o) {
            return o instanceof Replaced other && name.equals(other.name);
        }

        @Override
        public int hashCode() {
            return name.hashCode();
        }
    }

    static final class Temperature implements Serializable {
        private final double celsius;
        private transient double fahrenheit;

        Temperature(double celsius) {
            this.celsius = celsius;
            this.fahrenheit = celsius * 1.8 + 32;
        }

        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
            in.defaultReadObject();
            fahrenheit = celsius * 1.8 + 32;
        }

        @Override
        public boolean equals(Object o) {
            return o instanceof Temperature other && celsius == other.celsius && fahrenheit == other.fahrenheit;
        }

        @Override
        public int hashCode() {
            return Objects.hash(celsius, fahrenheit);
        }
    }

    static class Base implements Serializable {
        protected transient String hidden = "";

        private void writeObject(ObjectOutputStream out) throws IOException {
            out.writeUTF(hidden);
        }

        private void readObject(ObjectInputStream in) throws IOException {
            hidden = in.readUTF();
        }
    }

    /** Has nothing of the kind itself; its superclass has. */
    static final class Derived extends Base {
        private final int own;

        Derived(String hidden, int own) {
            this.hidden = hidden;
            this.own = own;
        }

        @Override
        public boolean equals(Object o) {
            return o instanceof Derived other && own == other.own && hidden.equals(other.hidden);
        }

        @Override
        public int hashCode() {
            return Objects.hash(hidden, own);
        }
    }

    static final class Persistent implements Serializable {
        private static final ObjectStreamField[] serialPersistentFields = {new ObjectStreamField("name", String.class)};
        private transient String name;

        Persistent(String name) {
            this.name = name;
        }

        @Override
        public boolean equals(Object o) {
            return o instanceof Persistent other && name.equals(other.name);
        }

        @Override
        public int hashCode() {
            return name.hashCode();
        }
    }

    record Masked(String name) implements Serializable {
        private Object writeReplace() {
            return new Mask(name.toUpperCase(java.util.Locale.ROOT));
        }
    }

    record Mask(String name) implements Serializable {
        private Object readResolve() {
            return new Masked(name);
        }
    }

    static final class Single implements Serializable {
        static final Single ONLY = new Single();
        private int used = 1;

        private Object readResolve() {
            return ONLY;
        }
    }

    enum Kind {
        A {
            @Override
            int value() {
                return 1;
            }
        };

        int value() {
            return 0;
        }

        Object readResolve() {
            throw new IllegalStateException("Nobody asks a constant");
        }
    }

    record Holder(String name, Object inside) implements Serializable {}

    static final class Fields {
        private Object inside;

        Fields(Object inside) {
            this.inside = inside;
        }

        @Override
        public boolean equals(Object o) {
            return o instanceof Fields other && inside.equals(other.inside);
        }

        @Override
        public int hashCode() {
            return inside.hashCode();
        }
    }

    static Stream<Serializable> customs() {
        return Stream.of(
                new Basket().with("apples", 3),
                new Amount(5),
                new Outside("x"),
                new Replaced("x"),
                new Temperature(20),
                new Derived("h", 7),
                new Persistent("p"),
                new Masked("M"),
                Kind.A);
    }

    @ParameterizedTest
    @MethodSource("customs")
    void comesBackEqualWhereverItIs(Serializable custom) {
        Map<Object, Object> byKey = new HashMap<>(Map.of(custom, List.of(custom)));
        for (Serializer serializer : Streams.both()) {
            assertThat(Streams.copy(serializer, custom)).isEqualTo(custom);
            assertThat(Streams.copy(serializer, new Holder("x", custom))).isEqualTo(new Holder("x", custom));
            assertThat(Streams.copy(serializer, byKey)).isEqualTo(byKey);
            assertThat((Object[]) Streams.copy(serializer, new Object[] {custom, null, custom}))
                    .containsExactly(custom, null, custom);
        }
        Serializer kryo = new KryoSerializer(List.of());
        assertThat(Streams.copy(kryo, new Fields(custom))).isEqualTo(new Fields(custom));
        assertThat(Streams.copy(kryo, Optional.of(custom))).isEqualTo(Optional.of(custom));
    }

    @Test
    void aSingletonStaysTheOne() {
        for (Serializer serializer : Streams.both()) {
            assertThat(Streams.copy(serializer, Single.ONLY)).isSameAs(Single.ONLY);
            assertThat(((Holder) Streams.copy(serializer, new Holder("x", Single.ONLY))).inside())
                    .isSameAs(Single.ONLY);
        }
        assertThat(((Fields) Streams.copy(new KryoSerializer(List.of()), new Fields(Single.ONLY))).inside)
                .isSameAs(Single.ONLY);
    }

    @Test
    void aRecordMayReplaceItself() {
        for (Serializer serializer : Streams.both()) {
            assertThat(Streams.copy(serializer, new Masked("M"))).isEqualTo(new Masked("M"));
        }
        assertThatThrownBy(() -> Streams.copy(new KryoSerializer(List.of()), new Masked("m")))
                .isInstanceOf(SerializationException.class)
                .hasMessageContainingAll(Masked.class.getName(), "does not come back equal");
    }

    @Test
    void anInheritedReadResolveReplacesToo() {
        for (Serializer serializer : Streams.both()) {
            assertThat(Streams.copy(serializer, new Discount(3))).isExactlyInstanceOf(Amount.class);
        }
    }

    @Nested
    class Visibility {

        static class PrivateResolve implements Serializable {
            int value;

            private Object readResolve() {
                throw new IllegalStateException("private methods are for instances of the very class");
            }
        }

        static final class Sub extends PrivateResolve {}

        interface Replaces {
            default Object writeReplace() {
                throw new IllegalStateException("methods of interfaces are never called");
            }
        }

        static final class OfInterface implements Replaces, Serializable {
            private int value = 5;
        }

        static final class OtherType implements Serializable {
            private int value = 5;

            private OtherType writeReplace() {
                throw new IllegalStateException("returns no Object: never called");
            }
        }

        @Test
        void countsAsItDoesForJava() {
            for (Serializer serializer : Streams.both()) {
                assertThat(Streams.copy(serializer, new Sub())).isInstanceOf(Sub.class);
                assertThat(((OfInterface) Streams.copy(serializer, new OfInterface())).value)
                        .isEqualTo(5);
                assertThat(((OtherType) Streams.copy(serializer, new OtherType())).value)
                        .isEqualTo(5);
            }
        }
    }

    /** A custom class around things that Java serialization cannot write. */
    static final class Box implements Serializable {
        private transient Object content;

        Box(Object content) {
            this.content = content;
        }

        private void writeObject(ObjectOutputStream out) throws IOException {
            out.writeObject(content);
        }

        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
            content = in.readObject();
        }
    }

    static class StatefulBase {
        protected int counted;
    }

    /** Serializable, but what it inherits is not. */
    static final class Counted extends StatefulBase implements Serializable {
        Counted(int counted) {
            this.counted = counted;
        }
    }

    @Nested
    class AroundOthers {

        private final Serializer kryo = new KryoSerializer(List.of());

        @Test
        void mayContainWhatIsNotSerializable() {
            Fields fields = new Fields(new Holder("x", Optional.of(List.of(new Basket().with("a", 1)))));

            assertThat(((Box) Streams.copy(kryo, new Box(fields))).content).isEqualTo(fields);
            assertThat(((Box) Streams.copy(kryo, new Box(new ArrayList<>(List.of(fields, fields))))).content)
                    .isEqualTo(List.of(fields, fields));
            Fields[] array = (Fields[]) ((Box) Streams.copy(kryo, new Box(new Fields[] {fields}))).content;
            assertThat(array).containsExactly(fields);
        }

        @Test
        void losesNothingThatItsContentsInherit() {
            Box copy = (Box) Streams.copy(kryo, new Box(new ArrayList<>(List.of(new Counted(7)))));

            assertThat(((Counted) ((List<?>) copy.content).get(0)).counted).isEqualTo(7);
        }

        @Test
        void keepsCyclesOfItsOwn() {
            Box box = new Box(null);
            box.content = new ArrayList<>(List.of(box, new Box(box)));

            Box copy = (Box) Streams.copy(kryo, box);

            List<?> content = (List<?>) copy.content;
            assertThat(content.get(0)).isSameAs(copy);
            assertThat(((Box) content.get(1)).content).isSameAs(copy);
        }

        @Test
        void keepsCyclesThroughWhatIsAroundIt() {
            Fields outer = new Fields(null);
            List<Object> list = new ArrayList<>();
            outer.inside = list;
            list.add(new Box(outer));
            list.add(new Box(list));

            Fields copy = (Fields) Streams.copy(kryo, outer);

            List<?> copied = (List<?>) copy.inside;
            assertThat(((Box) copied.get(0)).content).isSameAs(copy);
            assertThat(((Box) copied.get(1)).content).isSameAs(copied);
        }

        @Test
        void refusesACycleThroughWhatIsNotSerializable() {
            Box box = new Box(null);
            box.content = new Fields(box);
            List<Object> shared = new ArrayList<>(List.of("x"));
            shared.add(new Fields(shared));

            assertThatThrownBy(() -> Streams.write(kryo, box))
                    .isInstanceOf(SerializationException.class)
                    .hasMessageContainingAll(Box.class.getName(), "java.io.Serializable");
            assertThatThrownBy(() -> Streams.write(kryo, new Box(shared)))
                    .isInstanceOf(SerializationException.class)
                    .hasMessageContaining("referred to again");
        }

        @Test
        void oneObjectInTwoPlacesStaysEqual() {
            Basket basket = new Basket().with("a", 1);
            Box box = new Box(basket);

            List<?> copy = (List<?>) Streams.copy(kryo, new ArrayList<>(List.of(box, basket, box, box)));

            assertThat(((Box) copy.get(0)).content).isEqualTo(basket);
            assertThat(copy.get(1)).isEqualTo(basket);
            assertThat(copy.get(2)).isSameAs(copy.get(0)).isSameAs(copy.get(3));
        }

        @Test
        void theNextRecordIsWrittenAsIfThereHadBeenNoFailure() {
            byte[] before = Streams.write(kryo, new Box(new Fields("x")));
            Box box = new Box(null);
            box.content = new Fields(box);
            assertThatThrownBy(() -> Streams.write(kryo, box)).isInstanceOf(SerializationException.class);

            assertThat(Streams.write(kryo, new Box(new Fields("x")))).isEqualTo(before);
        }

        @Test
        void aNestingTooDeepSaysSo() {
            Box deep = new Box("end");
            for (int i = 0; i < 100_000; i++) {
                deep = new Box(deep);
            }
            Box top = deep;

            for (Serializer serializer : Streams.both()) {
                assertThatThrownBy(() -> Streams.write(serializer, top))
                        .isInstanceOf(SerializationException.class)
                        .hasMessageContaining("too deeply");
            }
        }
    }

    static class NoDefault {
        NoDefault(int notTheDefault) {}
    }

    static final class OneWay extends NoDefault implements Serializable {
        private final int value;

        OneWay(int value) {
            super(1);
            this.value = value;
        }

        private void writeObject(ObjectOutputStream out) throws IOException {
            out.defaultWriteObject();
        }
    }

    static final class PlainBelowNoDefault extends NoDefault implements Serializable {
        private final int value;

        PlainBelowNoDefault(int value) {
            super(1);
            this.value = value;
        }
    }

    static final class Thrower implements Serializable {
        private final transient Throwable thrown;

        Thrower(Throwable thrown) {
            this.thrown = thrown;
        }

        private void writeObject(ObjectOutputStream out) throws Throwable {
            throw thrown;
        }
    }

    static final class Poison implements Serializable {
        private void readObject(ObjectInputStream in) {
            throw new AssertionError("cannot be read");
        }
    }

    @Nested
    class Failing {

        private final Serializer kryo = new KryoSerializer(List.of());

        @Test
        void whatCouldNotBeReadBackIsNotWritten() {
            assertThatThrownBy(() -> Streams.write(kryo, new Holder("x", new OneWay(5))))
                    .isInstanceOf(SerializationException.class)
                    .hasMessageContainingAll(OneWay.class.getName(), NoDefault.class.getName(), "at inside: ");
            assertThat(((PlainBelowNoDefault) Streams.copy(kryo, new PlainBelowNoDefault(5))).value)
                    .isEqualTo(5);
        }

        @Test
        void whateverWriteObjectThrowsHasAPath() {
            for (Throwable thrown : List.of(
                    new IOException("io"),
                    new IllegalStateException("state"),
                    new AssertionError("assertion"),
                    new ClassCastException())) {
                for (Serializer serializer : Streams.both()) {
                    assertThatThrownBy(() -> Streams.write(serializer, new Holder("x", new Thrower(thrown))))
                            .isInstanceOf(SerializationException.class)
                            .hasMessageContainingAll("inside: " + Thrower.class.getName(), thrown.toString())
                            .hasRootCause(thrown);
                }
            }
        }

        @Test
        void whateverReadObjectThrowsIsTyped() {
            for (Serializer serializer : Streams.both()) {
                assertThatThrownBy(() -> Streams.copy(serializer, new Poison()))
                        .isInstanceOf(SerializationException.class)
                        .hasMessageContainingAll("cannot be read", "readObject");
            }
        }
    }

    @Nested
    class RegisteredByTheUser {

        private final class AsText extends com.esotericsoftware.kryo.kryo5.Serializer<Basket> {
            @Override
            public void write(Kryo kryo, Output output, Basket basket) {
                output.writeString("registered");
            }

            @Override
            public Basket read(Kryo kryo, Input input, Class<? extends Basket> type) {
                return new Basket().with(input.readString(), 1);
            }
        }

        @Test
        void winsEverywhere() {
            Basket basket = new Basket().with("a", 1);
            Basket registered = new Basket().with("registered", 1);
            List<Function<Kryo, ?>> ways = List.of(kryo -> kryo.register(Basket.class, new AsText()), kryo -> {
                kryo.addDefaultSerializer(Basket.class, new AsText());
                return kryo;
            });
            for (Function<Kryo, ?> way : ways) {
                Serializer serializer = new KryoSerializer(List.of(way::apply));

                assertThat(Streams.copy(serializer, basket)).isEqualTo(registered);
                assertThat(((Box) Streams.copy(serializer, new Box(List.of(basket)))).content)
                        .isEqualTo(List.of(registered));
            }
        }

        @Test
        void aNumberAloneChangesNothing() {
            Basket basket = new Basket().with("a", 1);
            Serializer serializer = new KryoSerializer(List.of(kryo -> kryo.register(Basket.class)));

            assertThat(Streams.copy(serializer, basket)).isEqualTo(basket);
        }
    }

    @Test
    void nothingOfTheClassIsNamedInTheBytes() {
        byte[] bytes = Streams.write(new KryoSerializer(List.of()), new Basket().with("a", 1));

        assertThat(new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1))
                .doesNotContain("Basket", "favilla");
        assertThat(bytes).hasSizeLessThan(60);
    }
}
