package dev.favilla.examples;

import java.io.PrintStream;

/**
 * Where a command prints.
 *
 * @param out results, and nothing else
 * @param err what a person wants to know about them
 */
record Console(PrintStream out, PrintStream err) {}
