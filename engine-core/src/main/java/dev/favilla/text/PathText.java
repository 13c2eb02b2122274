package dev.favilla.text;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One path as users write it: as it is on the disk, or as a {@code file:} URI in any of its spellings.
 *
 * @param plain as it is on the disk, if it is no glob
 * @param glob the same as a glob: characters that a URI had encoded stand for themselves
 */
record PathText(String plain, String glob) {

    private static final String GLOB_CHARACTERS = "*?[{";
    private static final String ESCAPED_IN_GLOBS = "*?[]{}\\";

    /** Two characters at least: one is a drive of Windows. */
    private static final Pattern SCHEME =
            Pattern.compile("(?<name>[A-Za-z][A-Za-z0-9+.-]+):(?<rest>.*)", Pattern.DOTALL);

    private static final Pattern FILE = Pattern.compile("(?://(?<host>[^/]*+))?+(?<path>/.*)", Pattern.DOTALL);

    /** @throws BadPathException if {@code text} means something else than a local file */
    static PathText of(String text) throws BadPathException {
        Matcher scheme = SCHEME.matcher(text);
        if (!scheme.matches()) {
            return plain(text);
        }
        String name = scheme.group("name");
        if (name.equalsIgnoreCase("file")) {
            return ofFile(text, scheme.group("rest"));
        }
        if (!scheme.group("rest").startsWith("//") && exists(text)) {
            return plain(text); // a name may have colons
        }
        throw new BadPathException("'" + name + ":' names a kind of storage that is not supported; supported are local"
                + " files, as a path or as a URI such as file:///data/a.txt. Fetch it into a local file"
                + (scheme.group("rest").startsWith("//") ? "" : ", or write './" + text + "' if that is a name"));
    }

    private static PathText plain(String text) throws BadPathException {
        if (text.startsWith("~") && !exists(text.substring(0, (text + "/").indexOf('/')))) {
            throw new BadPathException("'~' is known to shells only; write it out, as in '"
                    + System.getProperty("user.home") + "/...', or write './" + text + "' if that is a name");
        }
        return new PathText(text, text);
    }

    private static boolean exists(String text) {
        try {
            return Files.exists(Path.of(text), LinkOption.NOFOLLOW_LINKS);
        } catch (InvalidPathException e) {
            return false;
        }
    }

    private static PathText ofFile(String text, String rest) throws BadPathException {
        Matcher file = FILE.matcher(rest);
        if (!file.matches()) {
            throw new BadPathException("'" + text + "' has no absolute path; write file:///data/a.txt, or leave 'file:'"
                    + " out of a relative one");
        }
        String host = file.group("host");
        if (host != null && !host.isEmpty() && !host.equalsIgnoreCase("localhost")) {
            throw new BadPathException("'" + text + "' names a file of the machine '" + host
                    + "', and only those of this one are supported; write file:/// with three slashes");
        }
        return decoded(text, file.group("path"));
    }

    /** Decodes {@code %20} and the like; what may follow as a glob is not encoded, so there is no URI to be parsed. */
    private static PathText decoded(String text, String path) throws BadPathException {
        StringBuilder plain = new StringBuilder();
        StringBuilder glob = new StringBuilder();
        ByteBuffer bytes = ByteBuffer.allocate(path.length());
        for (int i = 0; i < path.length(); ) {
            if (path.charAt(i) != '%') {
                plain.append(path.charAt(i));
                glob.append(path.charAt(i));
                i++;
                continue;
            }
            for (bytes.clear(); i < path.length() && path.charAt(i) == '%'; i += 3) {
                bytes.put(decode(text, path, i));
            }
            String run = utf8(text, bytes.flip());
            plain.append(run);
            run.chars().forEach(c -> append(glob, (char) c));
        }
        return new PathText(plain.toString(), glob.toString());
    }

    private static byte decode(String text, String path, int at) throws BadPathException {
        int high = at + 2 < path.length() ? Character.digit(path.charAt(at + 1), 16) : -1;
        int low = at + 2 < path.length() ? Character.digit(path.charAt(at + 2), 16) : -1;
        if (high < 0 || low < 0) {
            throw new BadPathException("in the URI '" + text + "' two hexadecimal digits must follow each '%'; write"
                    + " %25 for the character itself");
        }
        return (byte) (high << 4 | low);
    }

    private static String utf8(String text, ByteBuffer bytes) throws BadPathException {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
        } catch (CharacterCodingException e) {
            throw new BadPathException("what is encoded in the URI '" + text + "' is not UTF-8");
        }
    }

    private static void append(StringBuilder glob, char literal) {
        if (ESCAPED_IN_GLOBS.indexOf(literal) >= 0) {
            glob.append('\\');
        }
        glob.append(literal);
    }

    /** Returns whether this is a glob, if it is not a name. */
    boolean looksLikeGlob() {
        return isGlob(glob);
    }

    static boolean isGlob(String text) {
        return text.chars().anyMatch(c -> GLOB_CHARACTERS.indexOf(c) >= 0);
    }

    /** @throws InvalidPathException if this system has no such names */
    Path path() {
        return Path.of(plain);
    }
}
