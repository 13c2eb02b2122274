package dev.favilla.value;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DriverOnlySearchTest {

    @DriverOnly("it is a dataset")
    private static final class Dataset {}

    private record Flat(long id, String name, double[] values, Flat[] others) {}

    private static final class Chain {

        private Object next;
    }

    private static final class Forgetful {

        private final transient Object forgotten = new Dataset();
        private final String kept = "x";
    }

    static Stream<Object> innocent() {
        List<Object> circle = new ArrayList<>();
        circle.add(circle);
        List<Object> throwing = Collections.unmodifiableList(new AbstractList<>() {
            @Override
            public Object get(int index) {
                throw new IllegalStateException("not now");
            }

            @Override
            public int size() {
                return 3;
            }
        });
        return Stream.of(
                1L,
                "x",
                new int[3],
                new String[] {"x", null},
                new Flat(1, "x", new double[2], new Flat[0]),
                new Forgetful(),
                new Object[] {null, 1, List.of(2)},
                circle,
                throwing,
                Thread.currentThread(),
                (Runnable) () -> {});
    }

    @ParameterizedTest
    @MethodSource("innocent")
    void whatWouldTravelWithoutOnePasses(Object value) {
        assertThat(new DriverOnlySearch().find(value)).isEmpty();
    }

    @Test
    void onlyClassesThatCannotReferToOneAreTakenAtTheirWord() {
        for (Class<?> closed :
                List.of(Long.class, String.class, int[].class, String[][].class, Flat.class, Forgetful.class)) {
            assertThat(ReferringFields.of(closed).areNone()).as("%s", closed).isTrue();
        }
        for (Class<?> open :
                List.of(Object.class, Object[].class, Chain.class, ArrayList.class, Dataset.class, Number[].class)) {
            assertThat(ReferringFields.of(open).areNone()).as("%s", open).isFalse();
        }
    }

    @Test
    void oneIsFoundHoweverFarItLies() {
        Dataset dataset = new Dataset();
        Chain first = new Chain();
        Chain last = first;
        for (int i = 0; i < 10_000; i++) {
            Chain next = new Chain();
            last.next = Arrays.asList(1, next, first);
            last = next;
        }
        last.next = dataset;

        assertThat(new DriverOnlySearch().find(first))
                .hasValueSatisfying(found -> assertThat(found.object()).isSameAs(dataset));
        assertThat(new DriverOnlySearch().find(dataset))
                .hasValueSatisfying(found -> assertThat(found.path()).isEqualTo(Dataset.class.getName()));
    }

    @Test
    void oneSearchTakesValuesOfAnyClasses() {
        DriverOnlySearch search = new DriverOnlySearch();

        assertThat(search.find(1L)).isEmpty();
        assertThat(search.find(new Dataset())).isPresent();
        assertThat(search.find(1L)).isEmpty();
        assertThat(search.find(List.of(1))).isEmpty();
        assertThat(search.find(List.of(new Dataset()))).isPresent();
    }
}
