package dev.favilla.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.favilla.benchmarks.workload.Contender;
import java.util.List;
import org.junit.jupiter.api.Test;

class OptionsTest {

    @Test
    void whatIsNotSaidHasADefault() {
        Options options = Options.parse(List.of("word-count"));

        assertThat(options.workloads()).containsExactly("word-count");
        assertThat(options.systems()).containsExactly(Contender.values());
        assertThat(options.scale().divisor()).isEqualTo(10);
    }

    @Test
    void systemsKeepTheirOrder() {
        Options options =
                Options.parse(List.of("join", "--systems", "spark,favilla", "--runs", "7", "--jvm", "-Xms1g -Xlog"));

        assertThat(options.systems()).containsExactly(Contender.SPARK, Contender.FAVILLA);
        assertThat(options.runs()).isEqualTo(7);
        assertThat(options.jvmFlags()).containsExactly("-Xms1g", "-Xlog");
    }

    @Test
    void mistakesAreNamed() {
        assertThatThrownBy(() -> Options.parse(List.of("join", "--sytems", "spark")))
                .hasMessageContaining("--sytems");
        assertThatThrownBy(() -> Options.parse(List.of("join", "--systems", "sparc")))
                .hasMessageContainingAll("sparc", "favilla");
        assertThatThrownBy(() -> Options.parse(List.of("join", "--runs", "many")))
                .hasMessageContaining("many");
        assertThatThrownBy(() -> Options.parse(List.of("join", "--runs"))).hasMessageContaining("--runs");
    }
}
