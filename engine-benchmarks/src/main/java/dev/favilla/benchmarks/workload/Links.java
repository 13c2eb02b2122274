package dev.favilla.benchmarks.workload;

/** The graph of {@link PageRank} and the arithmetic of its ranks, in billionths. */
public final class Links {

    /** The rank of every node that has links, at first. */
    public static final long FIRST_RANK = 1_000_000_000;

    private static final long OTHER_END = 1L << 40;
    private static final long THIRD_END = 1L << 41;

    private Links() {}

    /** Returns the node that an edge leaves. */
    public static long source(long edge, long nodes) {
        return Data.below(edge, nodes);
    }

    /** Returns the node that an edge leads to; nodes with small numbers are led to more often. */
    public static long target(long edge, long nodes) {
        return Math.min(Data.below(edge + OTHER_END, nodes), Data.below(edge + THIRD_END, nodes));
    }

    /** Returns what a node of that rank gives to each of its links. */
    public static long share(long rank, int links) {
        return rank / links;
    }

    /** Returns the next rank of a node that was given so much. */
    public static long next(long given) {
        return FIRST_RANK * 15 / 100 + given * 85 / 100;
    }
}
