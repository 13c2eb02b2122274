package dev.favilla.benchmarks.workload;

/** The points of {@link KMeans}: whole numbers, so that sums do not depend on their order. */
public final class Points {

    /** How many coordinates a point has. */
    public static final int DIMENSIONS = 8;

    private static final int SIDE = 10_000;

    private Points() {}

    /** Returns one coordinate of a point. */
    public static int coordinate(long point, int dimension) {
        return (int) Data.below(point * DIMENSIONS + dimension, SIDE);
    }

    /** Returns a point. */
    public static int[] at(long point) {
        int[] coordinates = new int[DIMENSIONS];
        for (int d = 0; d < DIMENSIONS; d++) {
            coordinates[d] = coordinate(point, d);
        }
        return coordinates;
    }

    /** Returns the centres to begin with: the first points. */
    public static double[][] firstCentres(int clusters) {
        double[][] centres = new double[clusters][DIMENSIONS];
        for (int c = 0; c < clusters; c++) {
            for (int d = 0; d < DIMENSIONS; d++) {
                centres[c][d] = coordinate(c, d);
            }
        }
        return centres;
    }

    /** Returns the number of the centre next to the point that begins at {@code offset}. */
    public static int closest(int[] coordinates, int offset, double[][] centres) {
        int best = 0;
        double bestDistance = Double.MAX_VALUE;
        for (int c = 0; c < centres.length; c++) {
            double[] centre = centres[c];
            double distance = 0;
            for (int d = 0; d < DIMENSIONS; d++) {
                double difference = coordinates[offset + d] - centre[d];
                distance += difference * difference;
            }
            if (distance < bestDistance) {
                bestDistance = distance;
                best = c;
            }
        }
        return best;
    }
}
