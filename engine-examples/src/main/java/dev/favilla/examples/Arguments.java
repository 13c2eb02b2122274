package dev.favilla.examples;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;

/**
 * A command line, understood: flags, options with values, and operands. Options may stand anywhere, as {@code --top 5}
 * or {@code --top=5}; after {@code --} everything is an operand. Immutable.
 */
final class Arguments {

    private final Set<String> flags;
    private final Map<String, String> values;
    private final List<String> operands;

    private Arguments(Set<String> flags, Map<String, String> values, List<String> operands) {
        this.flags = Set.copyOf(flags);
        this.values = Map.copyOf(values);
        this.operands = List.copyOf(operands);
    }

    /**
     * Understands {@code words}.
     *
     * @param flags the options without a value
     * @param options the options with one
     * @throws UsageException for an option that is neither, is given twice, or lacks or has a value against its kind
     */
    static Arguments parse(List<String> words, Set<String> flags, Set<String> options) throws UsageException {
        Parser parser = new Parser(flags, options);
        parser.parse(words);
        return new Arguments(parser.foundFlags, parser.foundValues, parser.operands);
    }

    boolean has(String flag) {
        return flags.contains(flag);
    }

    Optional<String> value(String option) {
        return Optional.ofNullable(values.get(option));
    }

    List<String> operands() {
        return operands;
    }

    /**
     * Returns the whole number given for {@code option}, if it was given.
     *
     * @throws UsageException if it is no number from 1 to the largest {@code int}
     */
    OptionalInt positive(String option) throws UsageException {
        String text = values.get(option);
        if (text == null) {
            return OptionalInt.empty();
        }
        int number;
        try {
            number = Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new UsageException(
                    option + " must be a whole number from 1 to " + Integer.MAX_VALUE + ", got '" + text + "'");
        }
        if (number < 1) {
            throw new UsageException(option + " must be >= 1, got " + number);
        }
        return OptionalInt.of(number);
    }

    /**
     * Accepts no operands.
     *
     * @throws UsageException if there are any
     */
    void requireNoOperands() throws UsageException {
        if (!operands.isEmpty()) {
            throw new UsageException("unexpected argument '" + operands.get(0) + "'");
        }
    }

    /**
     * Accepts {@code few} operands or {@code many}, none of them empty.
     *
     * @throws UsageException if there are any other number of them
     */
    void requireOperands(int few, int many) throws UsageException {
        if (operands.size() != few && operands.size() != many) {
            String allowed = few == many ? Integer.toString(few) : few + " or " + many;
            throw new UsageException(
                    "there must be " + allowed + (many == 1 ? " operand" : " operands") + ", got " + operands.size());
        }
        requireNames();
    }

    /**
     * Accepts no empty operand.
     *
     * @throws UsageException if there is one
     */
    void requireNames() throws UsageException {
        if (operands.contains("")) {
            throw new UsageException("the name of a FILE is empty");
        }
    }

    private static final class Parser {

        private final Set<String> flags;
        private final Set<String> options;
        private final Set<String> foundFlags = new HashSet<>();
        private final Map<String, String> foundValues = new HashMap<>();
        private final List<String> operands = new ArrayList<>();

        Parser(Set<String> flags, Set<String> options) {
            this.flags = flags;
            this.options = options;
        }

        void parse(List<String> words) throws UsageException {
            for (int i = 0; i < words.size(); i++) {
                String word = words.get(i);
                if (word.equals("--")) {
                    operands.addAll(words.subList(i + 1, words.size()));
                    return;
                }
                if (!word.startsWith("-") || word.equals("-")) {
                    operands.add(word);
                } else if (options.contains(word)) {
                    i++;
                    if (i == words.size()) {
                        throw new UsageException(word + " needs a value");
                    }
                    put(word, words.get(i));
                } else {
                    addOption(word);
                }
            }
        }

        /** Takes a flag, or an option with its value in the same word. */
        private void addOption(String word) throws UsageException {
            int equals = word.indexOf('=');
            String name = equals < 0 ? word : word.substring(0, equals);
            if (equals < 0 && flags.contains(name)) {
                foundFlags.add(name);
            } else if (equals >= 0 && options.contains(name)) {
                put(name, word.substring(equals + 1));
            } else if (flags.contains(name)) {
                throw new UsageException(name + " takes no value, got '" + word.substring(equals + 1) + "'");
            } else {
                Set<String> known = new TreeSet<>(flags);
                known.addAll(options);
                throw new UsageException("unknown option '" + name + "'; there are " + String.join(", ", known));
            }
        }

        private void put(String option, String value) throws UsageException {
            if (foundValues.put(option, value) != null) {
                throw new UsageException(option + " is given twice");
            }
        }
    }
}
