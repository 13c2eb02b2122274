package dev.favilla.examples;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** What a command reads: the files that were named, or copies of texts out of the jar, deleted by {@link #close}. */
final class ShippedTexts implements AutoCloseable {

    private final List<String> paths;
    private final List<ShippedText> copies;

    private ShippedTexts(List<String> paths, List<ShippedText> copies) {
        this.paths = List.copyOf(paths);
        this.copies = List.copyOf(copies);
    }

    /** Returns {@code named}, unless it is empty; then copies of {@code resources}. */
    static ShippedTexts of(List<String> named, List<String> resources) throws IOException {
        if (!named.isEmpty()) {
            return new ShippedTexts(named, List.of());
        }
        List<ShippedText> copies = new ArrayList<>();
        try {
            for (String resource : resources) {
                copies.add(ShippedText.copy(resource));
            }
        } catch (IOException e) {
            closeAll(copies);
            throw e;
        }
        return new ShippedTexts(
                copies.stream().map(copy -> copy.file().toString()).toList(), copies);
    }

    /** Returns where the texts lie meanwhile, in order. */
    List<String> paths() {
        return paths;
    }

    @Override
    public void close() throws IOException {
        closeAll(copies);
    }

    private static void closeAll(List<ShippedText> copies) throws IOException {
        for (ShippedText copy : copies) {
            copy.close();
        }
    }
}
