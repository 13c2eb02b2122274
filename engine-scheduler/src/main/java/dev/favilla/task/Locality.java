package dev.favilla.task;

/** How near to its data an attempt runs. All executors of a context are in one JVM, so nothing is farther than that. */
public enum Locality {
    /** Where its data lies: its cached partition, the largest part of its map outputs, or what its source prefers. */
    PROCESS_LOCAL,
    /** On another executor of the same JVM, which fetches the data as bytes. */
    NODE_LOCAL,
    /** Its data lies nowhere in particular. */
    ANY
}
