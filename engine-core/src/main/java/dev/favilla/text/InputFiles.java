package dev.favilla.text;

import dev.favilla.lineage.CallSite;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds the files that an input path means: a file, the files of a directory, what a glob matches, or several of these
 * with commas between them. Names that begin with a dot or an underscore are left out of directories and globs. The
 * order is by name, so that the same files give the same partitions.
 */
final class InputFiles {

    private static final String GLOB_CHARACTERS = "*?[{";

    private final String input;
    private final CallSite callSite;
    private final List<Path> found = new ArrayList<>();

    private InputFiles(String input, CallSite callSite) {
        this.input = input;
        this.callSite = callSite;
    }

    static List<Path> find(String input, CallSite callSite) {
        InputFiles files = new InputFiles(input, callSite);
        try {
            files.addAll();
        } catch (IOException e) {
            throw new InputException(input, "Cannot list '" + input + "' (" + callSite + "): " + e, e);
        } catch (InvalidPathException e) {
            throw new InputNotFoundException(input, "not a path: " + e.getReason(), callSite);
        }
        return List.copyOf(files.found);
    }

    private void addAll() throws IOException {
        if (!isGlob(input) && Files.exists(Path.of(input))) { // a name may contain commas
            addPath(Path.of(input));
            return;
        }
        for (String part : splitAtCommas(input)) {
            if (isGlob(part) && !Files.exists(Path.of(part))) {
                addGlob(part);
            } else {
                addPath(Path.of(part));
            }
        }
    }

    private static boolean isGlob(String text) {
        return text.chars().anyMatch(c -> GLOB_CHARACTERS.indexOf(c) >= 0);
    }

    /** Commas inside braces belong to the glob. */
    private static List<String> splitAtCommas(String text) {
        List<String> parts = new ArrayList<>();
        int depth = 0;
        int start = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            depth += c == '{' ? 1 : c == '}' ? -1 : 0;
            if (c == ',' && depth <= 0) {
                parts.add(text.substring(start, i));
                start = i + 1;
            }
        }
        parts.add(text.substring(start));
        return parts;
    }

    private void addPath(Path path) throws IOException {
        if (Files.isDirectory(path)) {
            addDirectory(path);
        } else if (!Files.exists(path)) {
            throw new InputNotFoundException(input, "there is no file or directory '" + path + "'", callSite);
        } else if (!Files.isReadable(path)) {
            throw new InputNotFoundException(input, "'" + path + "' may not be read by this user", callSite);
        } else {
            found.add(path);
        }
    }

    private void addDirectory(Path directory) throws IOException {
        for (Path child : list(directory, "*")) {
            if (Files.isDirectory(child)) {
                throw new InputNotFoundException(
                        input,
                        "'" + directory + "' contains the directory '" + child.getFileName()
                                + "', and directories inside directories are not read; name them with a glob such as '"
                                + directory.resolve("*") + "'",
                        callSite);
            }
            addPath(child);
        }
    }

    private void addGlob(String glob) throws IOException {
        Path pattern = Path.of(glob);
        List<Path> matches = new ArrayList<>();
        Path root = pattern.getRoot();
        matches.add(root == null ? Path.of("") : root);
        for (Path name : pattern) {
            matches = step(matches, name.toString());
        }
        if (matches.isEmpty()) {
            throw new InputNotFoundException(input, "nothing matches '" + glob + "'", callSite);
        }
        for (Path match : matches) {
            addPath(match);
        }
    }

    private static List<Path> step(List<Path> directories, String name) throws IOException {
        List<Path> next = new ArrayList<>();
        for (Path directory : directories) {
            Path literal = directory.resolve(name);
            if (!isGlob(name)) {
                if (Files.exists(literal)) {
                    next.add(literal);
                }
            } else if (directory.toString().isEmpty() || Files.isDirectory(directory)) {
                next.addAll(list(directory, name));
            }
        }
        return next;
    }

    private static List<Path> list(Path directory, String glob) throws IOException {
        List<Path> children = new ArrayList<>();
        Path listed = directory.toString().isEmpty() ? Path.of(".") : directory;
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(listed, glob)) {
            for (Path child : stream) {
                String name = child.getFileName().toString();
                if (!name.startsWith(".") && !name.startsWith("_")) {
                    children.add(directory.resolve(name));
                }
            }
        }
        children.sort(null);
        return children;
    }
}
