package dev.favilla.value;

import java.lang.reflect.Field;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Looks for datasets and contexts among values that are to travel, before they do.
 *
 * <p><b>Cost.</b> Next to nothing for a value whose class shows that it cannot refer to one, such as a {@code Long}, an
 * array of numbers or a record of such. Else the value is walked, as far as it would travel and at most
 * {@value #MAX_VALUES} values: what lies farther off is met when it is written.
 *
 * <p><b>Threads.</b> Belongs to one thread.
 *
 * <p><b>Failures.</b> What cannot be looked into is passed over; whoever writes it will say why.
 */
public final class DriverOnlySearch {

    private static final int MAX_VALUES = 100_000;
    private static final int FEW = 32;

    /** The reasons of classes that are marked; empty for others. */
    private static final ClassValue<Optional<String>> REASONS = new ClassValue<>() {
        @Override
        protected Optional<String> computeValue(Class<?> type) {
            try {
                return Optional.ofNullable(type.getAnnotation(DriverOnly.class)).map(DriverOnly::value);
            } catch (RuntimeException | Error e) { // other annotations of a user's class may be beyond reading
                return Optional.empty();
            }
        }
    };

    private @Nullable Class<?> lastClosed;

    /** Those met on the way through one value, and those of them still to be looked into; empty between values. */
    private Set<Object> seen = newSet();

    private Deque<Object> left = new ArrayDeque<>();

    /**
     * What was found.
     *
     * @param object the dataset or context
     * @param path the way to it, for example {@code value -> [0]: dev.favilla.RDD}; its class alone if it is the value
     */
    public record Found(Object object, String path) {

        /** Explains why it cannot be used inside a task and what to do instead. */
        public String whyNotInTasks() {
            return DriverOnlySearch.whyNotInTasks(object.getClass());
        }
    }

    /** Returns whether instances of {@code type} live outside of tasks only: see {@link DriverOnly}. */
    public static boolean isDriverOnly(Class<?> type) {
        return REASONS.get(type).isPresent();
    }

    /** Explains why instances of {@code type} cannot be used inside a task and what to do instead; empty if they can. */
    public static String whyNotInTasks(Class<?> type) {
        return REASONS.get(type).orElse("");
    }

    /** Returns what {@code value} is, or refers to, that lives outside of tasks only. */
    public Optional<Found> find(@Nullable Object value) {
        if (value == null || value.getClass() == lastClosed) {
            return Optional.empty();
        }
        if (ReferringFields.of(value.getClass()).areNone()) {
            lastClosed = value.getClass();
            return Optional.empty();
        }
        Object found = isDriverOnly(value.getClass()) ? value : walk(value);
        return found == null ? Optional.empty() : Optional.of(new Found(found, CapturePath.to(value, found)));
    }

    private @Nullable Object walk(Object root) {
        addChildren(root, left);
        if (left.isEmpty()) {
            return null; // as for most records
        }
        seen.add(root);
        Object found = null;
        for (Object next = left.poll(); found == null && next != null && seen.size() < MAX_VALUES; next = left.poll()) {
            if (isDriverOnly(next.getClass())) {
                found = next;
            } else if (seen.add(next)) {
                addChildren(next, left);
            }
        }
        forget();
        return found;
    }

    private void forget() {
        if (seen.size() > FEW || left.size() > FEW) { // to clear tables of this size again and again would be dear
            seen = newSet();
            left = new ArrayDeque<>();
        } else {
            seen.clear();
            left.clear();
        }
    }

    private static Set<Object> newSet() {
        return Collections.newSetFromMap(new IdentityHashMap<>());
    }

    private static void addChildren(Object parent, Deque<Object> left) {
        boolean jdk = ReferringFields.isOfTheJdk(parent.getClass());
        if (parent instanceof Object[] array) {
            addAll(Arrays.asList(array), left);
        } else if (jdk && parent instanceof Collection<?> collection) {
            addAll(collection, left);
        } else if (jdk && parent instanceof Map<?, ?> map) {
            addAll(map.keySet(), left);
            addAll(map.values(), left);
        } else if (parent instanceof Optional<?> optional) {
            add(optional.orElse(null), left);
        } else if (jdk && parent instanceof Map.Entry<?, ?> entry) {
            add(entry.getKey(), left);
            add(entry.getValue(), left);
        } else if (parent instanceof AtomicReference<?> reference) {
            add(reference.get(), left);
        } else {
            addFields(parent, left);
        }
    }

    private static void addAll(Collection<?> children, Deque<Object> left) {
        try {
            for (Object child : children) {
                if (left.size() > MAX_VALUES) {
                    return;
                }
                add(child, left);
            }
        } catch (RuntimeException e) { // a view of something that will not be read: nothing to see
            return;
        }
    }

    private static void addFields(Object parent, Deque<Object> left) {
        for (Field field : ReferringFields.of(parent.getClass()).list()) {
            try {
                add(field.get(parent), left);
            } catch (IllegalAccessException e) {
                throw new IllegalStateException(field + " was made accessible and is not: a bug in Favilla", e);
            }
        }
    }

    private static void add(@Nullable Object child, Deque<Object> left) {
        if (child != null && !ReferringFields.of(child.getClass()).areNone()) {
            left.add(child);
        }
    }
}
