package dev.favilla.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The README and the pages under {@code docs}: what they show is compiled, run and where they say. */
class DocumentationTest {

    private static final Path ROOT = root();
    private static final Pattern BLOCK = Pattern.compile("^```(\\w*)\\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE);
    private static final Pattern HEADING_LINK = Pattern.compile("]\\(((?:[^)#\\s:]+\\.md)?)#([^)\\s]+)\\)");
    private static final Pattern LINK = Pattern.compile("]\\(([^)#\\s]+)(?:#[^)]*)?\\)");

    @Nested
    class Readme {

        @Test
        void fitsOnAFewScreens() throws IOException {
            assertThat(Files.readAllLines(ROOT.resolve("README.md"))).hasSizeLessThanOrEqualTo(120);
        }

        @Test
        void beginsWithTheTwoCommandsEachAloneInItsBlock() throws IOException {
            List<Block> blocks = blocks(ROOT.resolve("README.md"));

            assertThat(blocks.subList(0, 2))
                    .containsExactly(
                            new Block(
                                    "sh",
                                    "./mvnw -q -Dquick package && java -jar"
                                            + " engine-examples/target/engine-examples.jar wordcount --top 10\n"),
                            new Block("sh", "./mvnw -B -ntp verify\n"));
        }

        @Test
        void continuousIntegrationRunsTheSecondOfThem() throws IOException {
            assertThat(Files.readString(ROOT.resolve(".ci/run"))).contains("./mvnw -B -ntp verify");
        }

        @Test
        void theFirstPipelineIsShortAndPrintsWhatIsShown() throws IOException {
            List<Block> blocks = blocks(ROOT.resolve("README.md"));
            Block pipeline = blocks.stream()
                    .filter(block -> block.language().equals("java"))
                    .findFirst()
                    .orElseThrow();
            Block output = blocks.get(blocks.indexOf(pipeline) + 1);

            assertThat(pipeline.text().lines()).hasSize(12);
            assertThat(printed(() -> ReadmePipeline.run(
                            Run.resource(ShippedText.MOBY_DICK).toString())))
                    .isEqualTo(output.text());
        }
    }

    @Test
    void everyJavaSnippetIsPartOfACompiledClass() throws IOException {
        List<String> sources = sources();
        for (Path page : pages()) {
            for (Block block : blocks(page)) {
                if (block.language().equals("java")) {
                    assertThat(sources)
                            .as("%s shows code that is in no class of these modules:%n%s", page, block.text())
                            .anyMatch(source -> source.contains(flat(block.text())));
                }
            }
        }
    }

    @Test
    void everyLinkToAFileLeadsToOne() throws IOException {
        for (Path page : pages()) {
            Matcher link = LINK.matcher(Files.readString(page));
            while (link.find()) {
                String target = link.group(1);
                if (!target.startsWith("http")) {
                    assertThat(page.resolveSibling(target))
                            .as("link in %s", page)
                            .exists();
                }
            }
        }
    }

    @Test
    void everyLinkToAHeadingLeadsToOne() throws IOException {
        for (Path page : pages()) {
            Matcher link = HEADING_LINK.matcher(Files.readString(page));
            while (link.find()) {
                Path target = link.group(1).isEmpty() ? page : page.resolveSibling(link.group(1));
                assertThat(anchors(target)).as("link in %s", page).contains(link.group(2));
            }
        }
    }

    @Test
    void everyDecisionHasItsSections() throws IOException {
        try (Stream<Path> decisions = Files.list(ROOT.resolve("docs/adr"))) {
            assertThat(decisions)
                    .isNotEmpty()
                    .allSatisfy(decision -> assertThat(Files.readString(decision))
                            .contains("\n## Context\n", "\n## Decision\n", "\n## Consequences\n", "\n## Rejected\n"));
        }
    }

    /** A fenced block of a page. */
    private record Block(String language, String text) {}

    private static List<Block> blocks(Path page) throws IOException {
        List<Block> blocks = new ArrayList<>();
        Matcher matcher = BLOCK.matcher(Files.readString(page).replace("\r\n", "\n"));
        while (matcher.find()) {
            blocks.add(new Block(matcher.group(1), matcher.group(2)));
        }
        return blocks;
    }

    /** As GitHub makes them of headings. */
    private static List<String> anchors(Path page) throws IOException {
        return Files.readAllLines(page).stream()
                .filter(line -> line.startsWith("#"))
                .map(line -> line.replaceFirst("^#+ ", "")
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\d _-]", "")
                        .replace(' ', '-'))
                .toList();
    }

    private static List<Path> pages() throws IOException {
        List<Path> pages = new ArrayList<>(List.of(ROOT.resolve("README.md")));
        try (Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
            docs.filter(page -> page.toString().endsWith(".md")).sorted().forEach(pages::add);
        }
        return pages;
    }

    private static List<String> sources() throws IOException {
        List<String> sources = new ArrayList<>();
        for (String module : List.of("engine-examples", "engine-spark")) {
            try (Stream<Path> files = Files.walk(ROOT.resolve(module).resolve("src"))) {
                for (Path file :
                        files.filter(path -> path.toString().endsWith(".java")).toList()) {
                    sources.add(flat(Files.readString(file)));
                }
            }
        }
        return sources;
    }

    /** Indentation differs between a page and a class. */
    private static String flat(String code) {
        StringBuilder flat = new StringBuilder();
        code.lines().map(String::strip).forEach(line -> flat.append(line).append('\n'));
        return flat.toString();
    }

    private static String printed(Runnable body) {
        PrintStream before = System.out;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        try {
            body.run();
        } finally {
            System.setOut(before);
        }
        return bytes.toString(StandardCharsets.UTF_8).replace("\r\n", "\n");
    }

    private static Path root() {
        Path module = Path.of(System.getProperty("basedir", "")).toAbsolutePath();
        return Files.exists(module.resolve("docs")) ? module : module.getParent();
    }
}
