package dev.favilla.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.examples.TaxTable.Salary;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class TaxExampleTest {

    private static final Pattern CAPTURED = Pattern.compile("captured:  ([\\d,]+) closure bytes in (\\d+) copies");
    private static final Pattern BROADCAST =
            Pattern.compile("broadcast: ([\\d,]+) closure bytes in (\\d+) copies; ([\\d,]+) broadcast bytes, once");

    @Test
    void totalsAreThoseOfALoop() {
        Map<String, Integer> rates = TaxTable.rates();
        Map<String, Long> totals = new TreeMap<>();
        for (Salary salary : TaxTable.salaries(50_000)) {
            totals.merge(salary.county(), salary.cents() * rates.get(salary.town()) / 10_000, Long::sum);
        }
        List<String> lines = totals.entrySet().stream()
                .map(total -> String.format(
                        Locale.ROOT, "%s\t%,d.%02d", total.getKey(), total.getValue() / 100, total.getValue() % 100))
                .toList();

        Run run = Run.of("tax");

        assertThat(run.code()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(run.outLines()).hasSize(3 + lines.size() + 1).containsAll(lines);
        assertThat(run.outLines()).startsWith("4,800 rates, 50,000 salary records in 8 partitions");
        assertThat(run.outLines()).endsWith("both ways give the same totals");
    }

    @Test
    void aCapturedTableIsCopiedForEachTaskAndABroadcastOnce() {
        List<String> lines =
                Run.of("tax", "--partitions", "5", "--master", "local[2]").outLines();

        Matcher captured = match(CAPTURED, lines.get(1));
        Matcher broadcast = match(BROADCAST, lines.get(2));
        long table = number(broadcast.group(3));
        assertThat(table).isGreaterThan(50_000);
        assertThat(captured.group(2)).isEqualTo("5");
        assertThat(number(captured.group(1))).isGreaterThan(5 * table);
        assertThat(number(broadcast.group(1))).isLessThan(5 * 5_000);
    }

    @Test
    void townsAreDistinctAndAllHaveARate() {
        assertThat(TaxTable.towns()).doesNotHaveDuplicates().hasSize(4_800);
        assertThat(TaxTable.rates()).containsOnlyKeys(TaxTable.towns());
        assertThat(TaxTable.rates().values())
                .allSatisfy(rate -> assertThat(rate).isBetween(50, 300));
    }

    private static Matcher match(Pattern pattern, String line) {
        Matcher matcher = pattern.matcher(line);
        assertThat(matcher.matches()).as(line).isTrue();
        return matcher;
    }

    private static long number(String text) {
        return Long.parseLong(text.replace(",", ""));
    }
}
