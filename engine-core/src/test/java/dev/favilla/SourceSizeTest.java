package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LineMap;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/** No file that everybody fears: lines of code, without comments, imports and blank lines, stay below ceilings. */
class SourceSizeTest {

    private static final int FILE_CEILING = 450;
    private static final int METHOD_CEILING = 40;

    /** A facade of one-line delegations may be longer; each has its reason here. */
    private static final List<String> FACADES = List.of();

    private static List<Path> mainSources() throws IOException {
        Path modules = Path.of("").toAbsolutePath().getParent();
        List<Path> sources = new ArrayList<>();
        try (Stream<Path> children = Files.list(modules)) {
            for (Path root : children.map(module -> module.resolve("src/main/java"))
                    .filter(Files::isDirectory)
                    .sorted()
                    .toList()) {
                try (Stream<Path> files = Files.walk(root)) {
                    files.filter(file -> file.toString().endsWith(".java")).forEach(sources::add);
                }
            }
        }
        return sources;
    }

    @Test
    void filesAndMethodsStayBelowTheirCeilings() throws IOException {
        List<Path> sources = mainSources();
        List<String> tooLong = new ArrayList<>();
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            JavacTask task = (JavacTask) compiler.getTask(
                    null, files, null, List.of("-proc:none"), null, files.getJavaFileObjectsFromPaths(sources));
            SourcePositions positions = Trees.instance(task).getSourcePositions();
            for (CompilationUnitTree unit : task.parse()) {
                look(unit, positions, tooLong);
            }
        }

        assertThat(sources).hasSizeGreaterThan(100);
        assertThat(tooLong).isEmpty();
    }

    private static void look(CompilationUnitTree unit, SourcePositions positions, List<String> tooLong)
            throws IOException {
        String name = Path.of(unit.getSourceFile().toUri()).getFileName().toString();
        BitSet code = linesOfCode(unit.getSourceFile().getCharContent(true).toString());
        if (code.cardinality() > FILE_CEILING && !FACADES.contains(name)) {
            tooLong.add(name + ": " + code.cardinality() + " lines of code");
        }
        LineMap lines = unit.getLineMap();
        new TreeScanner<Void, Void>() {
            @Override
            public Void visitMethod(MethodTree method, Void nothing) {
                long end = positions.getEndPosition(unit, method);
                if (end >= 0) {
                    int first = (int) lines.getLineNumber(positions.getStartPosition(unit, method));
                    int size =
                            code.get(first, (int) lines.getLineNumber(end) + 1).cardinality();
                    if (size > METHOD_CEILING) {
                        tooLong.add(name + ", " + method.getName() + ": " + size + " lines of code");
                    }
                }
                return super.visitMethod(method, nothing);
            }
        }.scan(unit, null);
    }

    /** Returns the numbers, from 1, of lines that hold more than comments, imports and the package. */
    private static BitSet linesOfCode(String source) {
        BitSet code = new BitSet();
        int number = 0;
        for (String line : withoutComments(source).split("\n", -1)) {
            number++;
            String text = line.strip();
            if (!text.isEmpty() && !text.startsWith("import ") && !text.startsWith("package ")) {
                code.set(number);
            }
        }
        return code;
    }

    /** Blanks comments out; knows strings, text blocks and characters, in which no comment begins. */
    private static String withoutComments(String source) {
        StringBuilder code = new StringBuilder();
        int i = 0;
        while (i < source.length()) {
            int end = i + 1;
            boolean comment = false;
            if (source.startsWith("//", i)) {
                end = orEnd(source, source.indexOf('\n', i));
                comment = true;
            } else if (source.startsWith("/*", i)) {
                end = orEnd(source, source.indexOf("*/", i + 2) + 2);
                comment = true;
            } else if (source.startsWith("\"\"\"", i)) {
                end = orEnd(source, source.indexOf("\"\"\"", i + 3) + 3);
            } else if (source.charAt(i) == '"' || source.charAt(i) == '\'') {
                end = endOfLiteral(source, i);
            }
            for (; i < end; i++) {
                code.append(comment && source.charAt(i) != '\n' ? ' ' : source.charAt(i));
            }
        }
        return code.toString();
    }

    private static int orEnd(String source, int position) {
        return position < 2 ? source.length() : position;
    }

    private static int endOfLiteral(String source, int start) {
        int i = start + 1;
        while (source.charAt(i) != source.charAt(start)) {
            i += source.charAt(i) == '\\' ? 2 : 1;
        }
        return i + 1;
    }

    @Test
    void commentsImportsAndBlankLinesAreNotCounted() {
        assertThat(linesOfCode("package a;\n"
                                + "import b;\n\n"
                                + "/** x\n"
                                + " * y */\n"
                                + "class A { // c\n"
                                + "  String s = \"/* no */\"; /* d\n"
                                + "e */\n"
                                + "}\n")
                        .toString())
                .isEqualTo("{6, 7, 9}");
    }
}
