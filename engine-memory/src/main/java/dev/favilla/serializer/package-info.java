/**
 * Records to bytes and back, by Kryo or by Java serialization, and graphs of objects by Java serialization.
 *
 * <p>Records come back equal or are refused when they are written; classes are numbered, never looked up by name. Only
 * the types of a {@code MethodReference} are told in words, and found as the class that it is of knows them.
 *
 * <p>Start at {@link dev.favilla.serializer.Serializer} for records and {@link dev.favilla.serializer.ObjectGraph} for
 * graphs. Nothing here knows what is serialized for whom.
 */
@NullMarked
package dev.favilla.serializer;

import org.jspecify.annotations.NullMarked;
