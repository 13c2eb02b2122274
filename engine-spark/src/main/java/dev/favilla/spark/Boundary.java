package dev.favilla.spark;

import java.io.Serializable;

/**
 * Where a stage's pipelines begin.
 *
 * @param shuffled whether it reads a shuffle, or else a dataset that Spark caches
 * @param id of the shuffle or the dataset
 */
record Boundary(boolean shuffled, int id) implements Serializable {}
