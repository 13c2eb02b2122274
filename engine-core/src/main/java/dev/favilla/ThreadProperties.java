package dev.favilla;

import dev.favilla.job.JobProperties;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What the jobs of one context take over from the thread that submits them. Each thread has its own; a new thread begins
 * with those of the thread that made it, and what either changes later the other does not see. Used from any thread.
 */
final class ThreadProperties {

    /** Values are immutable, so what a child inherits is as good as a copy. */
    @SuppressWarnings("ThreadLocalUsage") // one per context: what is set in one must not be seen in another
    private final InheritableThreadLocal<@Nullable JobProperties> current = new InheritableThreadLocal<>();

    JobProperties get() {
        JobProperties properties = current.get();
        return properties == null ? JobProperties.NONE : properties;
    }

    private void change(UnaryOperator<JobProperties> change) {
        JobProperties next = change.apply(get());
        if (next.equals(JobProperties.NONE)) {
            current.remove();
        } else {
            current.set(next);
        }
    }

    /** Forgets everything of the current thread. */
    void clear() {
        current.remove();
    }

    void group(@Nullable String group, @Nullable String description, boolean interruptOnCancel) {
        change(old -> new JobProperties(
                group, orEmpty(description), old.tags(), interruptOnCancel, old.deadline(), old.local()));
    }

    void description(@Nullable String description) {
        change(old -> new JobProperties(
                old.group(), orEmpty(description), old.tags(), old.interruptOnCancel(), old.deadline(), old.local()));
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    void interruptOnCancel(boolean interrupt) {
        change(old ->
                new JobProperties(old.group(), old.description(), old.tags(), interrupt, old.deadline(), old.local()));
    }

    /** @throws IllegalArgumentException if there is a deadline that is not above zero */
    void deadline(@Nullable Duration deadline) {
        if (deadline != null && (deadline.isZero() || deadline.isNegative())) {
            throw new IllegalArgumentException("deadline must be > 0, got " + deadline);
        }
        change(old -> new JobProperties(
                old.group(), old.description(), old.tags(), old.interruptOnCancel(), deadline, old.local()));
    }

    void addTag(String tag) {
        Set<String> tags = new HashSet<>(get().tags());
        tags.add(checkTag(tag));
        tags(tags);
    }

    void removeTag(String tag) {
        Set<String> tags = new HashSet<>(get().tags());
        tags.remove(checkTag(tag));
        tags(tags);
    }

    void tags(Set<String> tags) {
        change(old -> new JobProperties(
                old.group(), old.description(), tags, old.interruptOnCancel(), old.deadline(), old.local()));
    }

    /**
     * Returns {@code tag} if it can be one.
     *
     * @throws IllegalArgumentException if it is null, empty or has a comma, which separates tags where they are listed
     */
    static String checkTag(@Nullable String tag) {
        if (tag == null || tag.isEmpty() || tag.contains(",")) {
            throw new IllegalArgumentException("a job tag must be a text without commas, not null and not empty, got "
                    + (tag == null ? "null" : "'" + tag + "'"));
        }
        return tag;
    }

    /** @param value null to have no such property */
    void local(String key, @Nullable String value) {
        Map<String, String> local = new HashMap<>(get().local());
        if (value == null) {
            local.remove(key);
        } else {
            local.put(key, value);
        }
        change(old -> new JobProperties(
                old.group(), old.description(), old.tags(), old.interruptOnCancel(), old.deadline(), local));
    }
}
