/** What a context is doing, and what its jobs have done: values of one moment. */
@NullMarked
package dev.favilla.status;

import org.jspecify.annotations.NullMarked;
