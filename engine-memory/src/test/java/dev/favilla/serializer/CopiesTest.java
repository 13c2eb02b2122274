package dev.favilla.serializer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CopiesTest {

    private static final class Connection {}

    @Test
    void zeroValuesAreCopied() {
        List<String> zero = new ArrayList<>(List.of("x"));

        Object copy = Copies.read(Copies.write(zero, "the zero value of fold"));

        assertThat(copy).isEqualTo(zero).isNotSameAs(zero);
        assertThatThrownBy(() -> Copies.write(List.of(new Connection()), "the zero value of fold"))
                .isInstanceOf(SerializationException.class)
                .hasMessageContainingAll("the zero value of fold", Connection.class.getName());
        assertThatThrownBy(() -> Copies.read(new ObjectGraph(new byte[] {1, 2, 3}, List.of())))
                .isInstanceOf(SerializationException.class);
    }
}
