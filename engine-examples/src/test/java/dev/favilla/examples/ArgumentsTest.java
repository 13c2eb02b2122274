package dev.favilla.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ArgumentsTest {

    @Test
    void optionsMayStandAnywhereAndHoldTheirValueInTwoWays() throws Exception {
        Arguments arguments = parse("a", "--n", "1", "b", "--m=x=y", "--flag");

        assertThat(arguments.operands()).containsExactly("a", "b");
        assertThat(arguments.value("--n")).hasValue("1");
        assertThat(arguments.value("--m")).hasValue("x=y");
        assertThat(arguments.has("--flag")).isTrue();
    }

    @Test
    void afterTwoDashesEverythingIsAnOperand() throws Exception {
        assertThat(parse("--", "--flag", "-x").operands()).containsExactly("--flag", "-x");
    }

    @Test
    void whatWasNotGivenIsAbsent() throws Exception {
        Arguments arguments = parse();

        assertThat(arguments.operands()).isEmpty();
        assertThat(arguments.value("--n")).isEmpty();
        assertThat(arguments.positive("--n")).isEmpty();
        assertThat(arguments.has("--flag")).isFalse();
    }

    @Test
    void eachMistakeIsNamed() {
        assertRefused("--n needs a value", "--n");
        assertRefused("--n is given twice", "--n=1", "--n", "2");
        assertRefused("--flag takes no value, got 'yes'", "--flag=yes");
        assertRefused("unknown option '-x'; there are --flag, --m, --n", "-x");
        assertRefused("unknown option '--nn'; there are --flag, --m, --n", "--nn=1");
    }

    @Test
    void numbersAreWholeAndAtLeastOne() throws Exception {
        assertThat(parse("--n=7").positive("--n")).hasValue(7);
        for (String wrong : List.of("0", "-3")) {
            assertThatExceptionOfType(UsageException.class)
                    .isThrownBy(() -> parse("--n", wrong).positive("--n"))
                    .withMessage("--n must be >= 1, got " + wrong);
        }
        for (String wrong : List.of("", "two", "1.5", "2147483648")) {
            assertThatExceptionOfType(UsageException.class)
                    .isThrownBy(() -> parse("--n", wrong).positive("--n"))
                    .withMessage("--n must be a whole number from 1 to 2147483647, got '" + wrong + "'");
        }
    }

    private static void assertRefused(String message, String... words) {
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> parse(words))
                .withMessage(message);
    }

    private static Arguments parse(String... words) throws UsageException {
        return Arguments.parse(List.of(words), Set.of("--flag"), Set.of("--n", "--m"));
    }
}
