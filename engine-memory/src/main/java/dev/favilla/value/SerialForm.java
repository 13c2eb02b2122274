package dev.favilla.value;

import java.io.Externalizable;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What Java serialization makes of a class: whether the class says itself how it is written, and whether it can be read
 * back. The rules are those of {@link java.io.ObjectOutputStream}: what it would not call does not count.
 *
 * <p><b>Threads.</b> May be used from any thread. What a class tells is looked up once per class.
 */
public final class SerialForm {

    private static final ClassValue<SerialForm> FORMS = new ClassValue<>() {
        @Override
        protected SerialForm computeValue(Class<?> type) {
            return new SerialForm(type);
        }
    };

    /** The nodes of Jackson: written as JSON they forget which kind of number they hold; their fields tell. */
    private static final Set<String> LOSE_BY_THEIR_OWN =
            Set.of("com.fasterxml.jackson.databind.node.BaseJsonNode", "tools.jackson.databind.node.BaseJsonNode");

    /** What such nodes hand to Java serialization instead of themselves, before anybody else is asked. */
    private static final Set<String> FORGETFUL = Set.of(
            "com.fasterxml.jackson.databind.node.NodeSerialization", "tools.jackson.databind.node.NodeSerialization");

    private final boolean serializable;
    private final boolean custom;
    private final boolean complete;
    private final @Nullable String unreadable;

    private SerialForm(Class<?> type) {
        this.serializable = Serializable.class.isAssignableFrom(type);
        boolean replaced = serializable && replaces(type, "writeReplace");
        boolean loses = losesByItsOwn(type);
        this.custom = serializable
                && !loses
                && !Enum.class.isAssignableFrom(type)
                && (replaced || replaces(type, "readResolve") || writesItself(type));
        this.complete = serializable && !loses && !hasStateOutside(type);
        this.unreadable = serializable && !replaced ? whyUnreadable(type) : null;
    }

    private static boolean losesByItsOwn(Class<?> type) {
        for (Class<?> c = type; c != null; c = c.getSuperclass()) {
            if (LOSE_BY_THEIR_OWN.contains(c.getName())) {
                return true;
            }
        }
        return false;
    }

    /** Returns whether instances stand for something of which they do not know all. */
    public static boolean isForgetful(Class<?> type) {
        return FORGETFUL.contains(type.getName());
    }

    /** Returns what Java serialization makes of {@code type}. */
    public static SerialForm of(Class<?> type) {
        return FORMS.get(type);
    }

    /** Returns whether Java serialization accepts instances at all. */
    public boolean isSerializable() {
        return serializable;
    }

    /**
     * Returns whether the class has its own say in how instances are written or read: it is {@link Externalizable}, has
     * {@code writeReplace} or {@code readResolve}, or, as its superclasses outside of the JDK may, {@code writeObject},
     * {@code readObject}, {@code readObjectNoData} or {@code serialPersistentFields}.
     */
    public boolean isCustom() {
        return custom;
    }

    /** Returns whether Java serialization writes all fields: it passes over those of classes that are not serializable. */
    public boolean isComplete() {
        return complete;
    }

    /** Returns, in a clause, why instances cannot be read back by Java serialization; null if they can. */
    public @Nullable String whyUnreadable() {
        return unreadable;
    }

    /** The method nearest to {@code type} counts, if {@code type} can see it; those of interfaces never do. */
    private static boolean replaces(Class<?> type, String name) {
        for (Class<?> c = type; c != null; c = c.getSuperclass()) {
            Method method = declared(c, name);
            if (method != null) {
                return method.getReturnType() == Object.class && isVisible(method, type);
            }
        }
        return false;
    }

    private static boolean isVisible(Method method, Class<?> from) {
        int modifiers = method.getModifiers();
        if (Modifier.isStatic(modifiers) || Modifier.isAbstract(modifiers)) {
            return false;
        }
        if (Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers)) {
            return true;
        }
        Class<?> owner = method.getDeclaringClass();
        return owner == from || (!Modifier.isPrivate(modifiers) && isSamePackage(owner, from));
    }

    private static boolean isSamePackage(Class<?> a, Class<?> b) {
        return a.getClassLoader() == b.getClassLoader() && a.getPackageName().equals(b.getPackageName());
    }

    private static boolean writesItself(Class<?> type) {
        if (type.isRecord()) {
            return false; // records are always written by their components
        }
        if (Externalizable.class.isAssignableFrom(type)) {
            return true;
        }
        for (Class<?> c = type; c != null && Serializable.class.isAssignableFrom(c); c = c.getSuperclass()) {
            if (!PlatformTypes.isPlatform(c)
                    && (isOwn(declared(c, "writeObject", ObjectOutputStream.class))
                            || isOwn(declared(c, "readObject", ObjectInputStream.class))
                            || isOwn(declared(c, "readObjectNoData"))
                            || declaresPersistentFields(c))) {
                return true;
            }
        }
        return false;
    }

    private static boolean isOwn(@Nullable Method method) {
        return method != null
                && method.getReturnType() == void.class
                && Modifier.isPrivate(method.getModifiers())
                && !Modifier.isStatic(method.getModifiers());
    }

    private static boolean declaresPersistentFields(Class<?> type) {
        int needed = Modifier.PRIVATE | Modifier.STATIC | Modifier.FINAL;
        try {
            return (type.getDeclaredField("serialPersistentFields").getModifiers() & needed) == needed;
        } catch (NoSuchFieldException e) {
            return false;
        }
    }

    private static @Nullable Method declared(Class<?> type, String name, Class<?>... parameters) {
        try {
            return type.getDeclaredMethod(name, parameters);
        } catch (NoSuchMethodException e) {
            return null;
        }
    }

    private static boolean hasStateOutside(Class<?> type) {
        for (Class<?> c = type; c != null; c = c.getSuperclass()) {
            if (!Serializable.class.isAssignableFrom(c) && declaresData(c)) {
                return true;
            }
        }
        return false;
    }

    /** Returns whether instances have state of a class of the JDK, which only Java serialization can look into. */
    public static boolean inheritsStateOfPlatform(Class<?> type) {
        for (Class<?> c = type.getSuperclass(); c != null; c = c.getSuperclass()) {
            boolean keepsTransients = Serializable.class.isAssignableFrom(c); // as ArrayList its elements
            if (PlatformTypes.isPlatform(c) && (declaresData(c) || (keepsTransients && hasInstanceFields(c)))) {
                return true;
            }
        }
        return false;
    }

    private static boolean hasInstanceFields(Class<?> type) {
        return Arrays.stream(type.getDeclaredFields()).anyMatch(field -> !Modifier.isStatic(field.getModifiers()));
    }

    private static boolean declaresData(Class<?> type) {
        return Arrays.stream(type.getDeclaredFields()).anyMatch(SerialForm::isData);
    }

    /** Returns whether a field belongs to what an instance is, as its class declares it. */
    public static boolean isData(Field field) {
        return !Modifier.isStatic(field.getModifiers()) && !Modifier.isTransient(field.getModifiers());
    }

    private static @Nullable String whyUnreadable(Class<?> type) {
        if (type.isRecord() || type.isArray() || type.isInterface() || Enum.class.isAssignableFrom(type)) {
            return null;
        }
        if (type.isHidden()) {
            return "it is a hidden class, which only its maker can find";
        }
        if (Externalizable.class.isAssignableFrom(type)) {
            return Modifier.isPublic(constructorModifiers(type))
                    ? null
                    : "it is java.io.Externalizable and has no public constructor without parameters";
        }
        Class<?> first = type;
        while (first != null && Serializable.class.isAssignableFrom(first)) {
            first = first.getSuperclass();
        }
        return first == null || canConstruct(first, type)
                ? null
                : "its superclass " + first.getName() + " is not java.io.Serializable and has no constructor without"
                        + " parameters that " + type.getName() + " can call";
    }

    private static boolean canConstruct(Class<?> superclass, Class<?> type) {
        int modifiers = constructorModifiers(superclass);
        return Modifier.isPublic(modifiers)
                || Modifier.isProtected(modifiers)
                || (!Modifier.isPrivate(modifiers) && isSamePackage(superclass, type));
    }

    /** None is as good as a private one: neither can be called. */
    private static int constructorModifiers(Class<?> type) {
        try {
            return type.getDeclaredConstructor().getModifiers();
        } catch (NoSuchMethodException e) {
            return Modifier.PRIVATE;
        }
    }
}
