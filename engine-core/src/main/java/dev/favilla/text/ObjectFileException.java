package dev.favilla.text;

import dev.favilla.text.ObjectFile.NamedClass;
import org.jspecify.annotations.Nullable;

/** A file is no file of objects, is damaged, or holds objects that this program cannot have. */
public final class ObjectFileException extends InputException {

    private static final long serialVersionUID = 1L;

    private ObjectFileException(String path, String message, @Nullable Throwable cause) {
        super(path, "Cannot read objects from '" + path + "': " + message, cause);
    }

    static ObjectFileException noObjects(String path) {
        return new ObjectFileException(
                path, "it is no file that saveAsObjectFile has written. Read it as what it is, or leave it out.", null);
    }

    static ObjectFileException damaged(String path, @Nullable String what, @Nullable Throwable cause) {
        return new ObjectFileException(
                path, "it is damaged: " + what + ". Fetch it again, or leave it out of the input.", cause);
    }

    static ObjectFileException otherSerializer(String path, String wrote, String reads) {
        return new ObjectFileException(
                path,
                "it was written by " + wrote + ", and this context has " + reads + ". Open the context with the same"
                        + " favilla.serializer and the same registrations.",
                null);
    }

    static ObjectFileException unknownClass(String path, String name) {
        return new ObjectFileException(
                path,
                "its records contain objects of " + name + ", and no class is loaded because a file names it. Pass the"
                        + " class, as in objectFile(path, "
                        + name.substring(name.lastIndexOf('.') + 1).replace('$', '.')
                        + ".class).",
                null);
    }

    static ObjectFileException changedClass(String path, NamedClass was, String is) {
        return new ObjectFileException(
                path,
                was.name() + " has changed since it was written: it had (" + was.shape() + ") and has (" + is
                        + "). Read it with the class as it was, and write it anew, or as CSV or JSON lines.",
                null);
    }
}
