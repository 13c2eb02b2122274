/** An extension as a module above the engine would write it: it sees what is public, and nothing of the engine's own. */
@NullMarked
package org.example.sensors;

import org.jspecify.annotations.NullMarked;
