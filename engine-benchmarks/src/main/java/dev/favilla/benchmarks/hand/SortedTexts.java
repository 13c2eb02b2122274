package dev.favilla.benchmarks.hand;

import dev.favilla.benchmarks.workload.SortByText;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

/** Records put in order: each thread sorts its own, and the sorted lists are merged. */
final class SortedTexts {

    private SortedTexts() {}

    static long sortByText(Crew crew, SortByText work) throws Exception {
        List<List<Map.Entry<String, String>>> slices = new ArrayList<>();
        for (int slice = 0; slice < crew.threads(); slice++) {
            slices.add(new ArrayList<>());
        }
        crew.each(slice -> {
            List<Map.Entry<String, String>> mine = slices.get(slice);
            long end = Crew.sliceStart(work.records(), crew.threads(), slice + 1);
            for (long record = Crew.sliceStart(work.records(), crew.threads(), slice); record < end; record++) {
                mine.add(Map.entry(SortByText.key(record), SortByText.rest(record)));
            }
            mine.sort(Map.Entry.comparingByKey());
            return 0;
        });
        return merge(slices);
    }

    private static long merge(List<List<Map.Entry<String, String>>> slices) {
        PriorityQueue<Head> heads = new PriorityQueue<>(Comparator.comparing(Head::key));
        for (List<Map.Entry<String, String>> slice : slices) {
            if (!slice.isEmpty()) {
                heads.add(new Head(slice, 0));
            }
        }
        SortByText.Check check = new SortByText.Check();
        while (!heads.isEmpty()) {
            Head head = heads.remove();
            check.add(head.key(), head.slice.get(head.place).getValue());
            if (head.place + 1 < head.slice.size()) {
                heads.add(new Head(head.slice, head.place + 1));
            }
        }
        return check.sum();
    }

    private record Head(List<Map.Entry<String, String>> slice, int place) {

        String key() {
            return slice.get(place).getKey();
        }
    }
}
