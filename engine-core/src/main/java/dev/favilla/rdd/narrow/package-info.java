/** Operators that work on the records of one partition of one dataset: what narrow transformations are made of. */
@NullMarked
package dev.favilla.rdd.narrow;

import org.jspecify.annotations.NullMarked;
