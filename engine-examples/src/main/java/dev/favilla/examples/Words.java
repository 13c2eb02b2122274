package dev.favilla.examples;

import dev.favilla.function.MapMultiFunction.Emitter;
import java.util.Locale;

/** What a word is: a maximal run of Unicode letters, in lower case. */
final class Words {

    private Words() {}

    /** Emits the words of {@code line} in order. */
    static void of(String line, Emitter<String> words) {
        int start = -1; // of the present run of letters, if there is one
        int length = line.length();
        for (int i = 0; i < length; ) {
            int letter = line.codePointAt(i);
            if (Character.isLetter(letter)) {
                if (start < 0) {
                    start = i;
                }
            } else if (start >= 0) {
                words.emit(line.substring(start, i).toLowerCase(Locale.ROOT));
                start = -1;
            }
            i += Character.charCount(letter);
        }
        if (start >= 0) {
            words.emit(line.substring(start).toLowerCase(Locale.ROOT));
        }
    }
}
