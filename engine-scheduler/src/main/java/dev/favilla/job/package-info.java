/** What users say of their jobs before they run, such as pools and properties, and how jobs end. Values only. */
@NullMarked
package dev.favilla.job;

import org.jspecify.annotations.NullMarked;
