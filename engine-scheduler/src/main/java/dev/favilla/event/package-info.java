/** What happens in a context, told to those who listen: {@link dev.favilla.event.EngineListener}. Values only. */
@NullMarked
package dev.favilla.event;

import org.jspecify.annotations.NullMarked;
