/** What is computed of numbers, exactly or approximately: values that users read, and that merge without regard to order. */
@NullMarked
package dev.favilla.stats;

import org.jspecify.annotations.NullMarked;
