package dev.favilla;

import static dev.favilla.Arguments.notNull;

import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.LineageNode;
import dev.favilla.rdd.pipe.PipeOperator;
import dev.favilla.text.LineFormat;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringTokenizer;

/** Makes datasets that go through processes, of commands that are checked where they are passed. */
final class Piping {

    private Piping() {}

    /** Returns what stands between blanks. */
    static List<String> words(String command) {
        List<String> words = new ArrayList<>();
        StringTokenizer each = new StringTokenizer(command);
        while (each.hasMoreTokens()) {
            words.add(each.nextToken());
        }
        return words;
    }

    /** Returns the lines that a process makes of each partition of {@code dataset}. */
    static LineageNode through(
            RDD<?> dataset, List<String> command, Map<String, String> environment, Charset charset, CallSite site) {
        List<String> words = new ArrayList<>();
        for (String word : command) {
            words.add(requireText(notNull(word, "command[" + words.size() + "]"), "command", site));
        }
        if (words.isEmpty() || words.get(0).isBlank()) {
            throw new IllegalArgumentException("command must begin with the name of a program, got " + words + ", at "
                    + site + ". For what a shell is to read, pass List.of(\"sh\", \"-c\", ...).");
        }
        Map<String, String> variables = new LinkedHashMap<>();
        environment.forEach((name, value) -> variables.put(
                requireName(notNull(name, "a name of environment"), site),
                requireText(notNull(value, "environment." + name), "environment." + name, site)));
        if (!LineFormat.findsLineEnds(charset)) {
            throw new IllegalArgumentException("charset must write line ends as one byte each, wherever they are, as"
                    + " UTF-8, ISO-8859-1 and windows-1252 do, got " + charset.name() + ", at " + site + ".");
        }
        int maxLineBytes = dataset.datasets().maxRecordBytes();
        return dataset.narrow(site, new PipeOperator(words, variables, charset.name(), maxLineBytes));
    }

    private static String requireName(String name, CallSite site) {
        if (name.isEmpty() || name.indexOf('=') >= 0) {
            throw new IllegalArgumentException(
                    "a name of environment must not be empty or have '=' in it, got '" + name + "', at " + site + ".");
        }
        return requireText(name, "a name of environment", site);
    }

    private static String requireText(String text, String what, CallSite site) {
        if (text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException(what + " must not have a zero character in it, at " + site + ".");
        }
        return text;
    }
}
