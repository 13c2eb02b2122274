package dev.favilla.serializer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** A class that refers to one method for several types reads back each reference with its own. */
class MethodReferencesTest {

    private interface Fn<T, R> extends Function<T, R>, Serializable {}

    private interface Source<T> extends Supplier<T>, Serializable {}

    private record Box<T extends Comparable<T>>(T content) {

        private Box<T> itself() {
            return this;
        }
    }

    @SuppressWarnings("unchecked") // it is what was written
    private static <F> F travelled(F function) throws IOException, ClassNotFoundException {
        GraphWriter writer = new GraphWriter();
        writer.writeObject(function);
        try (GraphReader reader = new GraphReader(writer.finish())) {
            return (F) reader.readObject();
        }
    }

    @Test
    void ofAnInstanceMethod() throws Exception {
        Fn<String, String> ofTexts = Object::toString;
        Fn<Integer, String> ofNumbers = Object::toString;

        assertThat(travelled(ofTexts).apply("x")).isEqualTo("x");
        assertThat(travelled(ofNumbers).apply(1)).isEqualTo("1");
    }

    @Test
    void ofAnInterfacesMethod() throws Exception {
        Fn<List<Integer>, Integer> ofLists = Collection::size;
        Fn<Set<Integer>, Integer> ofSets = Collection::size;

        assertThat(travelled(ofLists).apply(List.of(1, 2))).isEqualTo(2);
        assertThat(travelled(ofSets).apply(Set.of(1))).isEqualTo(1);
    }

    @Test
    void ofAStaticMethod() throws Exception {
        Fn<List<Integer>, String> ofLists = String::valueOf;
        Fn<Long, String> ofNumbers = String::valueOf;

        assertThat(travelled(ofLists).apply(List.of(1))).isEqualTo("[1]");
        assertThat(travelled(ofNumbers).apply(7L)).isEqualTo("7");
    }

    @Test
    void ofAConstructor() throws Exception {
        Fn<List<Integer>, Collection<Integer>> ofLists = ArrayList::new;
        Fn<Set<Integer>, Collection<Integer>> ofSets = ArrayList::new;

        assertThat(travelled(ofLists).apply(List.of(1, 2))).containsExactly(1, 2);
        assertThat(travelled(ofSets).apply(Set.of(3))).containsExactly(3);
    }

    @Test
    void ofAPrivateMethod() throws Exception {
        Fn<Box<String>, Box<String>> ofTexts = Box::itself;
        Fn<Box<Integer>, Object> ofNumbers = Box::itself;

        assertThat(travelled(ofTexts).apply(new Box<>("x"))).isEqualTo(new Box<>("x"));
        assertThat(travelled(ofNumbers).apply(new Box<>(1))).isEqualTo(new Box<>(1));
    }

    @Test
    void ofAMethodOfOneObject() throws Exception {
        List<String> texts = List.of("x");
        List<Integer> numbers = List.of(1);
        Source<String> text = texts.iterator().next()::toString;
        Fn<Integer, Integer> number = numbers::get;
        Fn<Integer, Object> object = texts::get;

        assertThat(travelled(text).get()).isEqualTo("x");
        assertThat(travelled(number).apply(0)).isEqualTo(1);
        assertThat(travelled(object).apply(0)).isEqualTo("x");
    }

    @Test
    void andTravelsOnFromThere() throws Exception {
        Fn<Double, String> first = Object::toString;
        Fn<Character, String> second = Object::toString;

        assertThat(travelled(travelled(first)).apply(1.5)).isEqualTo("1.5");
        assertThat(travelled(travelled(second)).apply('c')).isEqualTo("c");
    }

    @Test
    void isMadeOnceAsItIsWithoutTravelling() throws Exception {
        Fn<String, Integer> ofTexts = Object::hashCode;
        Fn<Long, Integer> ofNumbers = Object::hashCode;

        assertThat(travelled(ofNumbers)).isSameAs(travelled(ofNumbers));
        assertThat(travelled(ofTexts)).isSameAs(travelled(ofTexts));
    }
}
