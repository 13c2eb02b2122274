/**
 * The functions users write. All are serializable, all may throw, none may keep state between records that another
 * attempt would miss. They are named by role, after Spark's Dataset API.
 */
@NullMarked
package dev.favilla.function;

import org.jspecify.annotations.NullMarked;
