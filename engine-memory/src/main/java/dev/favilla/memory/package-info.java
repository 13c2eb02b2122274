/**
 * Who may hold how many bytes: grants, fair shares, spilling and eviction requests.
 *
 * <p>Start at {@link dev.favilla.memory.MemoryManager}. {@link dev.favilla.memory.MemoryMeter} is what most
 * holders use. This package knows bytes, never blocks and never records.
 */
@NullMarked
package dev.favilla.memory;

import org.jspecify.annotations.NullMarked;
