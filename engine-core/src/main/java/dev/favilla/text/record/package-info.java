/**
 * Java records as texts: their components as the fields of a row of CSV or the members of a JSON object. The record class
 * is the schema; a text that does not fit it is an error, never another value. Knows no files.
 *
 * <p>Start at {@link dev.favilla.text.record.RecordSchema}.
 */
@NullMarked
package dev.favilla.text.record;

import org.jspecify.annotations.NullMarked;
