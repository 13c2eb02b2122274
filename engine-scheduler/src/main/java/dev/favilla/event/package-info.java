/** What happens in a context, told to those who listen. */
@NullMarked
package dev.favilla.event;

import org.jspecify.annotations.NullMarked;
