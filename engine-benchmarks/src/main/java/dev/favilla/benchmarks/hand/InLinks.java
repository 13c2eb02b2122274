package dev.favilla.benchmarks.hand;

import dev.favilla.benchmarks.workload.Links;
import dev.favilla.benchmarks.workload.PageRank;

/** A graph by target: for each node the nodes that link to it, side by side in one array. */
final class InLinks {

    /** The share of a node that gives none. */
    static final long NOTHING = -1;

    private final int[] outDegrees;
    private final int[] starts;
    private final int[] sources;

    private InLinks(int[] outDegrees, int[] starts, int[] sources) {
        this.outDegrees = outDegrees;
        this.starts = starts;
        this.sources = sources;
    }

    /** Makes all edges once, in parallel; then each thread counts and places those that lead to its range of nodes. */
    static InLinks of(Crew crew, PageRank work) throws Exception {
        int nodes = Math.toIntExact(work.nodes());
        int edges = Math.toIntExact(work.edges());
        int[] from = new int[edges];
        int[] to = new int[edges];
        crew.each(slice -> {
            int end = (int) Crew.sliceStart(edges, crew.threads(), slice + 1);
            for (int edge = (int) Crew.sliceStart(edges, crew.threads(), slice); edge < end; edge++) {
                from[edge] = (int) Links.source(edge, nodes);
                to[edge] = (int) Links.target(edge, nodes);
            }
            return 0;
        });
        int[] outDegrees = new int[nodes];
        int[] starts = new int[nodes + 1];
        crew.each(slice -> {
            int first = (int) Crew.sliceStart(nodes, crew.threads(), slice);
            int end = (int) Crew.sliceStart(nodes, crew.threads(), slice + 1);
            for (int edge = 0; edge < edges; edge++) {
                if (from[edge] >= first && from[edge] < end) {
                    outDegrees[from[edge]]++;
                }
                if (to[edge] >= first && to[edge] < end) {
                    starts[to[edge] + 1]++;
                }
            }
            return 0;
        });
        for (int node = 0; node < nodes; node++) {
            starts[node + 1] += starts[node];
        }
        return new InLinks(outDegrees, starts, place(crew, nodes, from, to, starts.clone()));
    }

    /** @param next where the next source of each node goes */
    private static int[] place(Crew crew, int nodes, int[] from, int[] to, int[] next) throws Exception {
        int[] sources = new int[from.length];
        crew.each(slice -> {
            int first = (int) Crew.sliceStart(nodes, crew.threads(), slice);
            int end = (int) Crew.sliceStart(nodes, crew.threads(), slice + 1);
            for (int edge = 0; edge < to.length; edge++) {
                if (to[edge] >= first && to[edge] < end) {
                    sources[next[to[edge]]++] = from[edge];
                }
            }
            return 0;
        });
        return sources;
    }

    int outDegree(int node) {
        return outDegrees[node];
    }

    /** Returns the next rank of a node, 0 if nothing was given to it. */
    long next(int node, long[] shares) {
        long given = 0;
        boolean any = false;
        for (int i = starts[node]; i < starts[node + 1]; i++) {
            long share = shares[sources[i]];
            if (share != NOTHING) {
                given += share;
                any = true;
            }
        }
        return any ? Links.next(given) : 0;
    }
}
