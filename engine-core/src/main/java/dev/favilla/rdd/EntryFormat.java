package dev.favilla.rdd;

import dev.favilla.lineage.EntryExtractor;

/** How the records of a dataset of pairs are taken apart and made. Stateless; supplied by the API. */
public interface EntryFormat extends EntryExtractor, EntryBuilder {}
