/** Records through processes of their own: the only package that starts any. */
@NullMarked
package dev.favilla.rdd.pipe;

import org.jspecify.annotations.NullMarked;
