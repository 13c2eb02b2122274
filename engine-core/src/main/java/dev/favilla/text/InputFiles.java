package dev.favilla.text;

import dev.favilla.lineage.CallSite;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.PatternSyntaxException;

/**
 * Finds the files that an input path means: a file, the files of a directory, what a glob matches, or several of these
 * with commas between them. Names that begin with a dot or an underscore are left out of directories and globs. The
 * order is by name, so that the same files give the same partitions.
 */
final class InputFiles {

    private final String input;
    private final CallSite callSite;
    private final List<InputFile> found = new ArrayList<>();

    private InputFiles(String input, CallSite callSite) {
        this.input = input;
        this.callSite = callSite;
    }

    /** @throws InputException if something of it is not there, or cannot be read */
    static List<InputFile> find(String input, CallSite callSite) {
        InputFiles files = new InputFiles(input, callSite);
        try {
            files.addAll();
        } catch (IOException e) {
            throw new InputException(input, "Cannot list '" + input + "' (" + callSite + "): " + e, e);
        } catch (InvalidPathException e) {
            throw files.notFound("not a path: " + e.getReason());
        } catch (BadPathException e) {
            throw files.notFound(e.reason());
        }
        return List.copyOf(files.found);
    }

    private InputNotFoundException notFound(String reason) {
        return new InputNotFoundException(input, reason, callSite);
    }

    private void addAll() throws IOException, BadPathException {
        List<String> parts = splitAtCommas(input);
        if (parts.size() > 1 && isName(input)) { // a name may contain commas
            parts = List.of(input);
        }
        for (int i = 0; i < parts.size(); i++) {
            if (parts.get(i).isBlank()) {
                throw notFound("part " + (i + 1) + " of " + parts.size()
                        + " between its commas is empty. Leave the comma out");
            }
            addPart(PathText.of(parts.get(i)));
        }
    }

    private static boolean isName(String text) {
        try {
            return Files.exists(PathText.of(text).path());
        } catch (BadPathException e) { // the parts will tell
            return false;
        }
    }

    private void addPart(PathText part) throws IOException {
        if (part.looksLikeGlob() && !Files.exists(part.path())) {
            addGlob(part.glob());
        } else {
            addPath(part.path(), part.plain());
        }
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

    private void addPath(Path path, String asWritten) throws IOException {
        if (Files.isDirectory(path)) {
            addDirectory(path);
        } else if (!Files.exists(path)) {
            throw notFound(whatIsThere(path) + hintOfBlanks(asWritten));
        } else if (!Files.isReadable(path)) {
            throw notFound("'" + path + "' may not be read by this user");
        } else {
            addFile(path);
        }
    }

    private static String whatIsThere(Path path) {
        return Files.exists(path, LinkOption.NOFOLLOW_LINKS)
                ? "'" + path + "' is a link that leads nowhere, or in a circle"
                : "there is no file or directory '" + path + "'";
    }

    private static String hintOfBlanks(String written) {
        String stripped = written.strip();
        return stripped.length() == written.length()
                ? ""
                : ". The blanks around it are part of the name; write '" + stripped + "' if they should not be";
    }

    private void addFile(Path path) throws IOException {
        FileVersion version = FileVersion.of(path);
        if (!version.isOrdinary()) {
            throw notFound("'" + path + "' is a device, a pipe or a socket: it has no size to cut it by, and cannot be"
                    + " read again when a task has failed. Copy what it gives into a file");
        }
        if (version.size() == 0 && hasContent(path)) {
            version = FileVersion.of(path);
            if (version.size() == 0) {
                throw notFound("'" + path + "' says that it has no bytes, but gives some, as files made by the system"
                        + " do. Copy it into an ordinary file");
            }
        }
        found.add(new InputFile(path, version));
    }

    private static boolean hasContent(Path path) throws IOException {
        try (var in = Files.newInputStream(path)) {
            return in.read() >= 0;
        }
    }

    private void addDirectory(Path directory) throws IOException {
        for (Path child : list(directory, "*")) {
            if (Files.isDirectory(child)) {
                throw notFound("'" + directory + "' contains the directory '" + child.getFileName()
                        + "', and directories inside directories are not read; name them with a glob such as '"
                        + directory.resolve("*") + "'");
            }
            addPath(child, child.toString());
        }
    }

    private void addGlob(String glob) throws IOException {
        List<Path> matches = new ArrayList<>();
        matches.add(Path.of(glob.startsWith("/") ? "/" : ""));
        for (String name : glob.split("/", -1)) {
            if (!name.isEmpty()) {
                requireGlob(name, glob);
                matches = step(matches, name);
            }
        }
        if (matches.isEmpty()) {
            throw notFound("nothing matches '" + glob + "'" + hintOfBlanks(glob));
        }
        for (Path match : matches) {
            addPath(match, match.toString());
        }
    }

    private void requireGlob(String name, String glob) {
        try {
            FileSystems.getDefault().getPathMatcher("glob:" + name);
        } catch (PatternSyntaxException e) {
            throw notFound("'" + name + "' in '" + glob + "' is no glob: " + e.getDescription()
                    + ". Close brackets and braces between two slashes, or put a backslash before those that belong to a"
                    + " name");
        }
    }

    private static List<Path> step(List<Path> directories, String name) throws IOException {
        List<Path> next = new ArrayList<>();
        for (Path directory : directories) {
            if (!PathText.isGlob(name)) {
                Path literal = directory.resolve(name);
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
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        children.sort(null);
        return children;
    }

    /**
     * A file that was found.
     *
     * @param path where
     * @param version what was there
     */
    record InputFile(Path path, FileVersion version) {

        /** Returns whether the name says that it is compressed. */
        boolean isGzip() {
            return path.toString().toLowerCase(Locale.ROOT).endsWith(".gz");
        }

        FileSplit split(long start, long length) {
            return new FileSplit(path.toString(), start, length, isGzip() && version.size() > 0, version);
        }
    }
}
