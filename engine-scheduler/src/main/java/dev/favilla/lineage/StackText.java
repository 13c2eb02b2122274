package dev.favilla.lineage;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An exception, its causes and their stacks in words, as far as they go: texts may be endless, causes a cycle or new ones
 * each time, and whatever is asked of an exception of the user's may throw. For logs, too, which would ask it unguarded.
 */
public final class StackText {

    private static final int MAX_CHARACTERS = 32_000;
    private static final int MAX_MESSAGE = 4_000;
    private static final int MAX_FRAMES = 200;
    private static final int MAX_CAUSES = 64;

    private StackText() {}

    /** Returns the words; never throws. To be called where the exception was caught. */
    public static String of(Throwable thrown) {
        try {
            return describe(thrown);
        } catch (Throwable t) { // no memory for that many words
            return ErrorText.of(thrown);
        }
    }

    private static String describe(Throwable thrown) {
        StringBuilder words = new StringBuilder();
        Set<Throwable> told = Collections.newSetFromMap(new IdentityHashMap<>());
        Throwable next = thrown;
        String caption = "";
        while (next != null && told.add(next)) {
            if (words.length() > MAX_CHARACTERS || told.size() > MAX_CAUSES) {
                return words.append("\n... and so on").toString();
            }
            words.append(caption).append(limited(ErrorText.of(next)));
            appendFrames(next, words);
            next = causeOf(next);
            caption = "\nCaused by: ";
        }
        return words.toString();
    }

    private static String limited(String text) {
        return text.length() <= MAX_MESSAGE ? text : text.substring(0, MAX_MESSAGE) + "...";
    }

    private static void appendFrames(Throwable thrown, StringBuilder words) {
        @Nullable StackTraceElement[] frames = framesOf(thrown);
        for (int i = 0; i < frames.length && i < MAX_FRAMES; i++) {
            if (frames[i] != null) { // a getStackTrace of the user's may return anything
                words.append("\n\tat ").append(frames[i]);
            }
        }
        if (frames.length > MAX_FRAMES) {
            words.append("\n\t... ").append(frames.length - MAX_FRAMES).append(" more");
        }
    }

    private static @Nullable StackTraceElement[] framesOf(Throwable thrown) {
        try {
            StackTraceElement[] frames = thrown.getStackTrace();
            return frames == null ? new StackTraceElement[0] : frames;
        } catch (Throwable t) { // must not hide what it is asked about
            return new StackTraceElement[0];
        }
    }

    private static @Nullable Throwable causeOf(Throwable thrown) {
        try {
            return thrown.getCause();
        } catch (Throwable t) { // must not hide what it is asked about
            return null;
        }
    }
}
