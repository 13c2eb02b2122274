package dev.favilla.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against the tables of SciPy. */
class QuantilesTest {

    /** Some digits less than a double has. */
    private static void assertClose(double found, double expected) {
        assertThat(found).isCloseTo(expected, Offset.offset(1e-10 * Math.max(1, Math.abs(expected))));
    }

    @ParameterizedTest
    @CsvSource({
        "1e-300, -37.0470962993612",
        "1e-10, -6.361340902404056",
        "0.001, -3.090232306167813",
        "0.025, -1.9599639845400545",
        "0.05, -1.6448536269514729",
        "0.3, -0.5244005127080409",
        "0.5, 0.0",
        "0.7, 0.5244005127080407",
        "0.95, 1.6448536269514722",
        "0.975, 1.959963984540054",
        "0.995, 2.5758293035489004",
        "0.9999, 3.719016485455709"
    })
    void normal(double p, double expected) {
        assertClose(Quantiles.normal(p), expected);
    }

    @ParameterizedTest
    @CsvSource({
        "1, 0.6, 0.32491969623290634",
        "1, 0.9, 3.0776835371752544",
        "1, 0.975, 12.706204736174694",
        "1, 0.9999, 3183.098757118502",
        "2, 0.975, 4.302652729749462",
        "2, 0.995, 9.924843200918287",
        "5, 0.9, 1.4758840488244815",
        "5, 0.975, 2.5705818356363146",
        "10, 0.975, 2.228138851986274",
        "10, 0.995, 3.16927267261695",
        "30, 0.6, 0.2556053649519128",
        "30, 0.975, 2.0422724563012378",
        "99, 0.975, 1.9842169515864174",
        "99, 0.9999, 3.8630891071273092"
    })
    void studentT(double degrees, double p, double expected) {
        assertThat(Quantiles.studentT(p, degrees)).isCloseTo(expected, withinPercentage(1e-7));
    }

    @ParameterizedTest
    @CsvSource({
        "0.01, 0, 0, 0, 0, 1",
        "1, 0, 0, 1, 3, 6",
        "10, 2, 4, 10, 17, 22",
        "100, 69, 81, 100, 120, 134",
        "499, 427, 456, 499, 543, 574",
        "501, 429, 458, 501, 545, 576",
        "1000, 898, 938, 1000, 1062, 1106",
        "12345.6, 11982, 12128, 12345, 12564, 12713",
        "1000000, 996711, 998041, 1000000, 1001960, 1003292",
        "1000000000, 999895946, 999938021, 1000000000, 1000061980, 1000104057"
    })
    void poisson(double mean, double p0005, double p025, double p5, double p975, double p9995) {
        assertThat(Quantiles.poisson(0.0005, mean)).isEqualTo(p0005);
        assertThat(Quantiles.poisson(0.025, mean)).isEqualTo(p025);
        assertThat(Quantiles.poisson(0.5, mean)).isEqualTo(p5);
        assertThat(Quantiles.poisson(0.975, mean)).isEqualTo(p975);
        assertThat(Quantiles.poisson(0.9995, mean)).isEqualTo(p9995);
    }

    @ParameterizedTest
    @CsvSource({
        "1, 0.1, 0, 0, 6, 35, 72",
        "4, 0.2, 0, 3, 15, 37, 60",
        "12, 0.3, 5, 12, 27, 49, 69",
        "1, 0.4, 0, 0, 1, 7, 14",
        "100, 0.9, 2, 5, 11, 19, 25",
        "1000, 0.01, 88971, 92928, 98967, 105261, 109680",
        "5000, 0.999, 0, 1, 5, 10, 14",
        "10000, 0.45, 11686, 11901, 12222, 12547, 12770",
        "10000, 0.001, 9664383, 9795050, 9989667, 10186843, 10322166"
    })
    void negativeBinomial(
            long successes, double chance, double p0005, double p025, double p5, double p975, double p9995) {
        assertThat(Quantiles.failuresBefore(0.0005, successes, chance)).isEqualTo(p0005);
        assertThat(Quantiles.failuresBefore(0.025, successes, chance)).isEqualTo(p025);
        assertThat(Quantiles.failuresBefore(0.5, successes, chance)).isEqualTo(p5);
        assertThat(Quantiles.failuresBefore(0.975, successes, chance)).isEqualTo(p975);
        assertThat(Quantiles.failuresBefore(0.9995, successes, chance)).isEqualTo(p9995);
    }

    @ParameterizedTest
    @CsvSource({
        "0.5, 0.5, 0.5, 0.5",
        "0.3, 2, 3, 0.3483",
        "0.9, 10, 0.5, 0.15164090963470994",
        "0.01, 1000, 100000, 0.6282178544864354"
    })
    void incompleteBeta(double x, double a, double b, double expected) {
        assertClose(Quantiles.incompleteBeta(x, a, b), expected);
    }

    @ParameterizedTest
    @CsvSource({
        "0.5, 0.5723649429247",
        "1, 0",
        "2, 0",
        "10.5, 13.940625219403763",
        "10000, 82099.71749644238",
        "1000000000, 19723265827.503716"
    })
    void logGamma(double x, double expected) {
        assertClose(Quantiles.logGamma(x), expected);
    }

    @Test
    void certaintyHasNoBound() {
        assertThat(Quantiles.normal(0)).isEqualTo(Double.NEGATIVE_INFINITY);
        assertThat(Quantiles.normal(1)).isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(Quantiles.studentT(1, 3)).isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(Quantiles.studentT(0.5, 3)).isZero();
        assertThat(Quantiles.poisson(0, 10)).isZero();
        assertThat(Quantiles.poisson(1, 10)).isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(Quantiles.failuresBefore(0, 10, 0.5)).isZero();
        assertThat(Quantiles.failuresBefore(1, 10, 0.5)).isEqualTo(Double.POSITIVE_INFINITY);
    }
}
