package dev.favilla.spill;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.value.SizeEstimator;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class AccumulatorSizesTest {

    private static final int KEYS = 100;
    private static final int VALUES = 200_000;

    private final KeyTable table = new KeyTable();
    private final AccumulatorSizes sizes = new AccumulatorSizes(table);

    @Test
    void aSumKeepsNothingOfWhatIsAdded() {
        for (int key = 0; key < KEYS; key++) {
            table.insert(key, key, 0L);
            sizes.created(key, 0L);
        }
        for (long i = 0; i < VALUES; i++) {
            int entry = (int) (i % KEYS);
            table.setValue(entry, i);
            sizes.folded(entry, i);
        }

        assertThat(sizes.bytes()).isLessThan(KEYS * 100);
    }

    @Test
    void aListKeepsItAll() {
        List<List<Long>> lists = new ArrayList<>();
        for (int key = 0; key < KEYS; key++) {
            lists.add(new ArrayList<>());
            table.insert(key, key, lists.get(key));
            sizes.created(key, lists.get(key));
        }
        for (long i = 0; i < VALUES; i++) {
            int entry = i % 2 == 0 ? 1 : (int) (i % KEYS); // one key has half of everything
            lists.get(entry).add(i);
            sizes.folded(entry, i);
        }

        long walked = lists.stream().mapToLong(new SizeEstimator()::estimate).sum();
        assertThat(sizes.bytes()).isCloseTo(walked, Percentage.withPercentage(40));
    }
}
