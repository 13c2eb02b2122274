package dev.favilla.value;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class CapturedStateTest {

    private interface Function extends Supplier<Object>, Serializable {}

    private static final class Counter implements Serializable {

        private static final long serialVersionUID = 1L;

        private final String name = "counter";
        private final List<String> seen = new ArrayList<>();
        private transient Object opened = new Object();
        private int count;

        int next() {
            return count++;
        }
    }

    /** A function of the engine's own. */
    private record Around(Function function) implements Serializable {}

    private static Stream<String> namesIn(Object function) {
        CapturedState state = CapturedState.of(function);
        return IntStream.range(0, state.size()).mapToObj(state::name);
    }

    @Test
    void hasTheVariablesOfALambdaThatCanChange() {
        int[] numbers = {1};
        String text = "text";
        Function function = () -> numbers[0] + text;

        assertThat(namesIn(function)).containsExactly("captured argument 1 (int[])");
        assertThat(CapturedState.of(function).value(0)).isSameAs(numbers);
    }

    @Test
    void hasTheFieldsOfObjectsThatCanBeWrittenButTransientOnes() {
        Counter counter = new Counter();
        Function function = () -> counter.next();

        assertThat(namesIn(function))
                .containsExactly(
                        "captured argument 1.seen (java.util.ArrayList)",
                        "captured argument 1.count (java.lang.Integer)");
    }

    @Test
    void saysWhatIsThereNow() {
        Counter counter = new Counter();
        CapturedState state = CapturedState.of((Function) () -> counter.next());

        counter.next();

        assertThat(state.value(1)).isEqualTo(1);
    }

    @Test
    void looksIntoAFunctionAroundTheUsers() {
        int[] numbers = {1};

        assertThat(namesIn(new Around(() -> numbers[0]))).containsExactly("captured argument 1 (int[])");
    }

    @Test
    void isEmptyWhereNothingCanChange() {
        String text = "text";

        assertThat(namesIn((Function) () -> text)).isEmpty();
        assertThat(namesIn((Function) () -> 1)).isEmpty();
    }
}
