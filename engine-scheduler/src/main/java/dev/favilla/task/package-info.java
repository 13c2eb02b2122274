/** What user code may know of the task that runs it, and ask of it. */
@NullMarked
package dev.favilla.task;

import org.jspecify.annotations.NullMarked;
