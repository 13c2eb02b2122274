package dev.favilla.value;

import java.lang.invoke.MethodHandleInfo;
import java.lang.invoke.SerializedLambda;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Finds the way from a function to something it captures, in the words of the user's source. Used for error messages
 * only: what cannot be looked into is passed over.
 */
public final class CapturePath {

    private static final int MAX_OBJECTS = 100_000;

    private final Deque<Step> queue = new ArrayDeque<>();
    private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());

    private CapturePath() {}

    /** Returns the shortest path to {@code culprit}, ending with its class. */
    public static String to(Object function, Object culprit) {
        return find(function, object -> object == culprit, culprit);
    }

    /** Returns the path to the first object of the class whose method of serialization threw {@code failure}. */
    public static String toThrower(Object function, @Nullable Object current, Throwable failure) {
        Set<Throwable> causes = Collections.newSetFromMap(new IdentityHashMap<>());
        Throwable thrown = failure;
        while (thrown.getCause() != null && causes.add(thrown)) { // causes may form a cycle
            thrown = thrown.getCause();
        }
        for (StackTraceElement frame : thrown.getStackTrace()) {
            String method = frame.getMethodName();
            boolean java = frame.getClassName().startsWith("java.");
            if (!java
                    && (method.equals("writeObject")
                            || method.equals("writeReplace")
                            || method.equals("writeExternal"))) {
                return find(function, object -> isA(object.getClass(), frame.getClassName()), current);
            }
        }
        return to(function, current == null ? function : current);
    }

    private static boolean isA(Class<?> type, String name) {
        for (Class<?> c = type; c != null; c = c.getSuperclass()) {
            if (c.getName().equals(name)) {
                return true;
            }
        }
        return false;
    }

    /** Returns the nearest object that {@code from} refers to, and the test accepts; null if there is none. */
    public static @Nullable Object firstInside(Object from, Predicate<Object> wanted) {
        Step step = search(from, wanted);
        return step == null ? null : step.object;
    }

    private static String find(Object function, Predicate<Object> wanted, @Nullable Object fallback) {
        if (wanted.test(function)) {
            return function.getClass().getName();
        }
        Step step = search(function, wanted);
        if (step != null) {
            return step.describe();
        }
        return fallback == null
                ? function.getClass().getName()
                : fallback.getClass().getName();
    }

    private static @Nullable Step search(Object root, Predicate<Object> wanted) {
        CapturePath search = new CapturePath();
        search.enqueue(root, null, "");
        Step step;
        while ((step = search.queue.poll()) != null && search.seen.size() < MAX_OBJECTS) {
            if (step.before != null && wanted.test(step.object)) {
                return step;
            }
            Step from = step;
            search.look(from.object, (child, name) -> search.enqueue(child, from, name));
        }
        return null;
    }

    private void enqueue(@Nullable Object object, @Nullable Step before, String name) {
        if (object != null && seen.add(object)) {
            queue.add(new Step(object, before, name));
        }
    }

    private void look(Object object, BiConsumer<@Nullable Object, String> found) {
        Class<?> type = object.getClass();
        if (Immutability.isLambda(type)) {
            lookIntoLambda(object, found);
        } else if (object instanceof Object[] array) {
            for (int i = 0; i < array.length; i++) {
                found.accept(array[i], "[" + i + "]");
            }
        } else {
            try {
                lookIntoContainer(object, found);
            } catch (RuntimeException e) {
                found.accept(null, ""); // a container of the user's: the way leads through its fields, if anywhere
            }
            if (type.getClassLoader() != null || !(object instanceof Collection || object instanceof Map)) {
                lookIntoFields(object, found);
            }
        }
    }

    private static void lookIntoContainer(Object object, BiConsumer<@Nullable Object, String> found) {
        if (object instanceof Collection<?> collection) {
            int i = 0;
            for (Object element : collection) {
                found.accept(element, "[" + i++ + "]");
            }
        } else if (object instanceof Map<?, ?> map) {
            map.forEach((key, value) -> {
                found.accept(key, "a key");
                found.accept(value, "[" + (key instanceof String ? "\"" + key + "\"" : String.valueOf(key)) + "]");
            });
        }
    }

    /** Tells of what a lambda has captured, by the names that the user's source has for it, as far as they are known. */
    static void lookIntoLambda(Object lambda, BiConsumer<@Nullable Object, String> found) {
        SerializedLambda form;
        try {
            Method writeReplace = lambda.getClass().getDeclaredMethod("writeReplace");
            writeReplace.setAccessible(true);
            form = (SerializedLambda) writeReplace.invoke(lambda);
        } catch (ReflectiveOperationException | InaccessibleObjectException | ClassCastException e) {
            return; // then the path ends at the lambda
        }
        boolean hasReceiver = form.getImplMethodKind() != MethodHandleInfo.REF_invokeStatic
                && form.getImplMethodKind() != MethodHandleInfo.REF_newInvokeSpecial;
        String author = form.getCapturingClass().replace('/', '.');
        int receivers = 0;
        for (int i = 0; i < form.getCapturedArgCount(); i++) {
            Object captured = form.getCapturedArg(i);
            String name = "captured argument " + (i + 1 - receivers);
            if (i == 0 && hasReceiver && captured != null && isA(captured.getClass(), author)) {
                name = simpleName(author) + ".this";
                receivers = 1;
            }
            found.accept(captured, name);
        }
    }

    private static String simpleName(String className) {
        return className.substring(Math.max(className.lastIndexOf('.'), className.lastIndexOf('$')) + 1);
    }

    private static void lookIntoFields(Object object, BiConsumer<@Nullable Object, String> found) {
        for (Class<?> c = object.getClass(); c != null; c = c.getSuperclass()) {
            for (Field field : c.getDeclaredFields()) {
                int modifiers = field.getModifiers();
                if (Modifier.isStatic(modifiers)
                        || Modifier.isTransient(modifiers)
                        || field.getType().isPrimitive()) {
                    continue;
                }
                try {
                    field.setAccessible(true);
                    found.accept(field.get(object), nameOf(field));
                } catch (IllegalAccessException | InaccessibleObjectException e) {
                    found.accept(null, nameOf(field)); // a closed class of the JDK: nothing to see
                }
            }
        }
    }

    /** The compiler's names for the enclosing instance and captured variables, as the user knows them. */
    static String nameOf(Field field) {
        String name = field.getName();
        if (name.startsWith("this$")) {
            return simpleName(field.getType().getName()) + ".this";
        }
        return name.startsWith("val$") ? name.substring("val$".length()) : name;
    }

    /** One object on the way, reached from the one before by a field or an element. */
    private record Step(Object object, @Nullable Step before, String name) {

        String describe() {
            List<String> names = new ArrayList<>();
            for (Step step = this; step.before != null; step = step.before) {
                names.add(step.name);
            }
            Collections.reverse(names);
            return String.join(" -> ", names) + ": " + object.getClass().getName();
        }
    }
}
