package dev.favilla.examples;

import java.util.Set;

/** One of the program's commands. */
interface Command {

    /** Returns the word that selects it. */
    String name();

    /** Returns what it does, in one line. */
    String summary();

    /** Returns what {@code --help} prints, ending in a line end. */
    String help();

    /** Returns the options without a value, besides those of the program. */
    Set<String> flags();

    /** Returns the options that take a value. */
    Set<String> options();

    /**
     * Runs it.
     *
     * @throws UsageException if it does not understand {@code arguments}
     * @throws Exception if it fails; the message is for the person at the keyboard
     */
    void run(Arguments arguments, Console console) throws Exception;
}
