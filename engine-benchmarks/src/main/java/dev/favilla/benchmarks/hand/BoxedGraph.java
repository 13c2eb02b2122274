package dev.favilla.benchmarks.hand;

import dev.favilla.benchmarks.workload.Data;
import dev.favilla.benchmarks.workload.Links;
import dev.favilla.benchmarks.workload.PageRank;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** PageRank in hash maps: links and ranks lie in ranges of the nodes' hash, and shares are scattered to the same. */
final class BoxedGraph {

    private BoxedGraph() {}

    static long pageRank(Crew crew, PageRank work) throws Exception {
        int ranges = LongScatter.rangesFor(work.edges());
        List<Map<Long, List<Long>>> links = links(crew, work, ranges);
        List<Map<Long, Long>> ranks = new ArrayList<>();
        for (Map<Long, List<Long>> some : links) {
            Map<Long, Long> first = new HashMap<>(2 * some.size());
            some.keySet().forEach(node -> first.put(node, Links.FIRST_RANK));
            ranks.add(first);
        }
        for (int round = 0; round < work.iterations(); round++) {
            scatterAndSum(crew, links, ranks);
        }
        return crew.all(ranges, range -> {
            long check = 0;
            for (Map.Entry<Long, Long> rank : ranks.get(range).entrySet()) {
                check += Data.check(rank.getKey(), rank.getValue());
            }
            return check;
        });
    }

    private static List<Map<Long, List<Long>>> links(Crew crew, PageRank work, int ranges) throws Exception {
        List<List<Scatter.Lane<Long>>> lanes = new ArrayList<>();
        for (int slice = 0; slice < crew.threads(); slice++) {
            lanes.add(Scatter.lanes(ranges));
        }
        crew.each(slice -> {
            List<Scatter.Lane<Long>> mine = lanes.get(slice);
            long end = Crew.sliceStart(work.edges(), crew.threads(), slice + 1);
            for (long edge = Crew.sliceStart(work.edges(), crew.threads(), slice); edge < end; edge++) {
                Long source = Links.source(edge, work.nodes());
                mine.get(Scatter.range(source, ranges)).add(source, Links.target(edge, work.nodes()));
            }
            return 0;
        });
        List<Map<Long, List<Long>>> links = new ArrayList<>();
        for (int range = 0; range < ranges; range++) {
            links.add(Map.of());
        }
        crew.all(ranges, range -> {
            links.set(range, BoxedShuffles.groups(column(lanes, range)));
            return 0;
        });
        return links;
    }

    private static <K> List<Scatter.Lane<K>> column(List<List<Scatter.Lane<K>>> lanes, int range) {
        return lanes.stream().map(mine -> mine.get(range)).toList();
    }

    private static void scatterAndSum(Crew crew, List<Map<Long, List<Long>>> links, List<Map<Long, Long>> ranks)
            throws Exception {
        int ranges = links.size();
        int slices = crew.threads();
        List<List<Scatter.Lane<Long>>> lanes = new ArrayList<>();
        for (int slice = 0; slice < slices; slice++) {
            lanes.add(Scatter.lanes(ranges));
        }
        crew.each(slice -> {
            for (int range = slice; range < ranges; range += slices) {
                give(links.get(range), ranks.get(range), lanes.get(slice));
            }
            return 0;
        });
        crew.all(ranges, range -> {
            List<Scatter.Lane<Long>> given = column(lanes, range);
            Map<Long, Long> sums = new HashMap<>(2 * ranks.get(range).size());
            for (Scatter.Lane<Long> lane : given) {
                for (int i = 0; i < lane.size(); i++) {
                    sums.merge(lane.key(i), lane.value(i), Long::sum);
                }
            }
            sums.replaceAll((node, sum) -> Links.next(sum));
            ranks.set(range, sums);
            return 0;
        });
    }

    private static void give(Map<Long, List<Long>> links, Map<Long, Long> ranks, List<Scatter.Lane<Long>> lanes) {
        for (Map.Entry<Long, List<Long>> node : links.entrySet()) {
            Long rank = ranks.get(node.getKey());
            if (rank != null) {
                Long share = Links.share(rank, node.getValue().size());
                for (Long target : node.getValue()) {
                    lanes.get(Scatter.range(target, lanes.size())).add(target, share);
                }
            }
        }
    }
}
