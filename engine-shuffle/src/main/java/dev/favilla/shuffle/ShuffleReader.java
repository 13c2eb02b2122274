package dev.favilla.shuffle;

/** The input of one reduce partition, read by one thread. */
public interface ShuffleReader extends AutoCloseable {

    /**
     * Hands up to {@code max} entries to {@code sink} and returns whether there may be more. With an aggregator each
     * key comes once, with its accumulator, in the order in which the keys were first seen; without, each record as it
     * was sent. A sink that wants no more ends the step; another step goes on behind the entry it took.
     *
     * @param max how many entries at most, at least 1
     * @throws FetchFailedException if a map output is gone or damaged
     */
    boolean drive(EntrySink sink, int max) throws Exception;

    /** Gives back what is held. */
    @Override
    void close();
}
