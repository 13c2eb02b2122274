package dev.favilla.examples;

import dev.favilla.InvalidSettingException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The program: finds the command and turns what goes wrong into one line and an exit code.
 *
 * <p><b>Failures.</b> A command line that is not understood is exit code 2, anything else that fails 1; both print one
 * line on standard error, and a stack trace only with {@code --debug}.
 */
public final class Main {

    static final int OK = 0;
    static final int FAILURE = 1;
    static final int USAGE = 2;

    private static final String PROGRAM = "engine-examples";
    private static final Set<String> PROGRAM_FLAGS = Set.of("--help", "--debug");
    private static final List<Command> COMMANDS = List.of(
            new WordCount(),
            new LineageExample(),
            new TaxExample(),
            new AirportsExample(),
            new PageRankExample(),
            new AddressesExample(),
            new LoopExample());

    private final Console console;

    Main(Console console) {
        this.console = console;
    }

    /** Runs the command that {@code args} name and ends the JVM with its exit code. */
    public static void main(String[] args) {
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
        int code = new Main(new Console(out, System.err)).run(List.of(args));
        System.exit(code);
    }

    /** Runs the command that {@code words} name and returns the exit code. */
    int run(List<String> words) {
        try {
            dispatch(words);
            if (console.out().checkError()) { // flushes, too
                throw new IOException("standard output cannot be written to");
            }
            return OK;
        } catch (UsageException | InvalidSettingException e) {
            return report(words, e, USAGE);
        } catch (Exception | StackOverflowError | OutOfMemoryError e) { // a command may throw anything
            return report(words, e, FAILURE);
        }
    }

    private void dispatch(List<String> words) throws Exception {
        int first = words.isEmpty() || !words.get(0).equals("--debug") ? 0 : 1;
        if (words.size() == first) {
            throw new UsageException("a command is missing: " + names() + ". Try --help");
        }
        String name = words.get(first);
        if (name.equals("--help")) {
            console.out().print(help());
            return;
        }
        run(command(name), words.subList(first + 1, words.size()));
    }

    private static Command command(String name) throws UsageException {
        for (Command command : COMMANDS) {
            if (command.name().equals(name)) {
                return command;
            }
        }
        throw new UsageException("unknown command '" + name + "'; there are " + names() + ". Try --help");
    }

    private void run(Command command, List<String> words) throws Exception {
        Set<String> flags = new HashSet<>(command.flags());
        flags.addAll(PROGRAM_FLAGS);
        Arguments arguments = Arguments.parse(words, flags, command.options());
        if (arguments.has("--help")) {
            console.out().print(command.help());
        } else {
            command.run(arguments, console);
        }
    }

    private static String names() {
        return String.join(", ", COMMANDS.stream().map(Command::name).toList());
    }

    private static String help() {
        StringBuilder text =
                new StringBuilder("Usage: java -jar " + PROGRAM + ".jar COMMAND [OPTION]...\n\nCommands:\n");
        for (Command command : COMMANDS) {
            text.append(String.format(Locale.ROOT, "  %-10s %s%n", command.name(), command.summary()));
        }
        return text.append("\nEach command has --help. With --debug, errors come with their stack trace.\n")
                .toString()
                .replace("\r\n", "\n");
    }

    private int report(List<String> words, Throwable error, int code) {
        console.out().flush(); // what was printed before the error comes before it
        console.err().println(PROGRAM + ": " + oneLine(error));
        if (words.contains("--debug")) {
            error.printStackTrace(console.err());
        }
        console.err().flush();
        return code;
    }

    /** The message, or else the kind of error; whatever would break the line becomes a space. */
    private static String oneLine(Throwable error) {
        String message = error.getMessage();
        String text = message == null || message.isBlank() ? error.toString() : message;
        return text.strip().replaceAll("[\\p{Cntrl}\\u2028\\u2029]+\\s*", " ");
    }
}
