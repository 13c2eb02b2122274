package dev.favilla.examples;

import dev.favilla.Pair;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.zip.CRC32C;

/** One number for a whole list of counts, so that runs can be compared. */
final class WordChecksum {

    private WordChecksum() {}

    /** Returns the CRC-32C, in hexadecimal, of the lines {@code count<TAB>word} in UTF-8 in the order given. */
    static String of(List<Pair<String, Long>> counts) {
        CRC32C checksum = new CRC32C();
        for (Pair<String, Long> count : counts) {
            checksum.update(line(count).getBytes(StandardCharsets.UTF_8));
        }
        return String.format(Locale.ROOT, "%08x", checksum.getValue());
    }

    /** Returns how a count is printed, with its line end. */
    static String line(Pair<String, Long> count) {
        return count.value() + "\t" + count.key() + "\n";
    }
}
