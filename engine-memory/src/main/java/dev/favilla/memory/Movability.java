package dev.favilla.memory;

/**
 * Whether a map output can be written out, as far as is known: one that had nothing to write out is asked ever more
 * rarely, and not counted on meanwhile. Guarded by the books.
 */
final class Movability {

    /** Of what tasks hold: nobody asks for that to be written out. */
    static final Movability OF_TASKS = new Movability(false);

    private static final int MOST_REFUSALS = 10;

    private final boolean possible;
    private boolean likely;
    private boolean moving;
    private int refusals;

    /** The count of requests before which it is not asked again. */
    private long restsUntil;

    Movability(boolean possible) {
        this.possible = possible;
        this.likely = possible;
    }

    /** Returns whether it is counted on. */
    boolean isLikely() {
        return likely;
    }

    /** Returns whether it is being written out. */
    boolean isMoving() {
        return moving;
    }

    /** Returns whether it may be asked now. */
    boolean mayMove(long requests) {
        return possible && !moving && requests >= restsUntil;
    }

    void begin() {
        moving = true;
    }

    /** @param freed whether anything came free */
    void end(boolean freed, long requests) {
        moving = false;
        likely = freed;
        refusals = freed ? 0 : Math.min(refusals + 1, MOST_REFUSALS);
        restsUntil = freed ? 0 : requests + (1L << refusals);
    }
}
