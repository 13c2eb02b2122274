import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * Lists what the engine is tested to do. A test's name is a sentence, so the tests that ran in the last build are the list:
 * no annotation can claim what no test checks. Run it in the root of the repository, after a build:
 *
 * <pre>
 * java docs/Behaviours.java [word]
 * </pre>
 *
 * <p>What the same tests say in other modes is left out: their reports have the mode in their names.
 *
 * <p>Reports of earlier builds count as long as nobody deletes them, as {@code ./mvnw clean} does.
 *
 * <p>With a word only sentences, or classes, that contain it. Ends with 1 if there is nothing to list or a test failed.
 */
public final class Behaviours {

    private final Map<String, Map<String, Result>> byClass = new TreeMap<>();

    /** How a sentence came out; with several parameters the worst counts. */
    private enum Result {
        PASSED(""),
        SKIPPED("  (did not run)"),
        FAILED("  (FAILED)");

        private final String mark;

        Result(String mark) {
            this.mark = mark;
        }
    }

    private Behaviours() {}

    public static void main(String[] args) throws Exception {
        if (args.length > 1) {
            System.err.println("usage: java docs/Behaviours.java [word]");
            System.exit(2);
        }
        Behaviours behaviours = new Behaviours();
        for (Path report : reports(Path.of(""))) {
            behaviours.read(report);
        }
        System.exit(behaviours.print(args.length == 0 ? "" : args[0]) ? 0 : 1);
    }

    private static List<Path> reports(Path root) throws IOException {
        try (Stream<Path> files = Files.find(
                root.toAbsolutePath(),
                4,
                (file, facts) -> file.getParent().endsWith(Path.of("target", "surefire-reports"))
                        && file.getFileName().toString().matches("TEST-[^-]*\\.xml"))) {
            return files.sorted().toList();
        }
    }

    private void read(Path report) throws Exception {
        NodeList tests = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(report.toFile())
                .getElementsByTagName("testcase");
        for (int i = 0; i < tests.getLength(); i++) {
            Element test = (Element) tests.item(i);
            byClass.computeIfAbsent(subject(test.getAttribute("classname")), subject -> new TreeMap<>())
                    .merge(
                            sentence(test.getAttribute("name").replaceAll("[({\\[ ].*", "")),
                            result(test),
                            (left, right) -> left.compareTo(right) > 0 ? left : right);
        }
    }

    private static Result result(Element test) {
        if (has(test, "failure") || has(test, "error")) {
            return Result.FAILED;
        }
        return has(test, "skipped") ? Result.SKIPPED : Result.PASSED;
    }

    private static boolean has(Element test, String tag) {
        return test.getElementsByTagName(tag).getLength() > 0;
    }

    /** Outer and nested class, without the package and "Test". */
    private static String subject(String className) {
        return className
                .substring(className.lastIndexOf('.') + 1)
                .replaceAll("\\[.*?]|Test(?=\\$|\\[|$)", "")
                .replace("$", ", ");
    }

    /** {@code aTestIsASentence} as "a test is a sentence". */
    private static String sentence(String method) {
        return method.replaceAll("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ").toLowerCase(Locale.ROOT);
    }

    /** Returns whether something was printed and nothing had failed. */
    private boolean print(String word) {
        int[] counts = new int[Result.values().length];
        byClass.forEach((subject, sentences) -> {
            boolean all = contains(subject, word);
            boolean headed = false;
            for (Map.Entry<String, Result> each : sentences.entrySet()) {
                if (all || contains(each.getKey(), word)) {
                    if (!headed) {
                        System.out.println(subject);
                        headed = true;
                    }
                    System.out.println("  " + each.getKey() + each.getValue().mark);
                    counts[each.getValue().ordinal()]++;
                }
            }
        });
        int all = Stream.of(Result.values()).mapToInt(result -> counts[result.ordinal()]).sum();
        System.out.println(
                all == 0
                        ? "Nothing to list. Run ./mvnw -B -ntp verify first, or ask for another word."
                        : all + " behaviours, " + counts[Result.FAILED.ordinal()] + " failed, "
                                + counts[Result.SKIPPED.ordinal()] + " did not run");
        return all > 0 && counts[Result.FAILED.ordinal()] == 0;
    }

    private static boolean contains(String text, String word) {
        return text.toLowerCase(Locale.ROOT).contains(word.toLowerCase(Locale.ROOT));
    }
}
