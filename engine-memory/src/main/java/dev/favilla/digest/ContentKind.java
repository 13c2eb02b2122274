package dev.favilla.digest;

import dev.favilla.value.DriverOnlySearch;
import dev.favilla.value.Immutability;
import dev.favilla.value.NumberList;
import dev.favilla.value.PlatformTypes;
import dev.favilla.value.SerialForm;
import dev.favilla.value.StableHash;
import java.io.Serializable;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.util.AbstractCollection;
import java.util.AbstractList;
import java.util.AbstractMap;
import java.util.AbstractQueue;
import java.util.AbstractSequentialList;
import java.util.AbstractSet;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the content of the instances of one class is, found out once per class:
 *
 * <ul>
 *   <li>of classes of the JDK what {@link PlatformContents} says;
 *   <li>of enum constants, and of objects without fields, their class or name; of arrays their elements;
 *   <li>of records their components, and of other objects their fields, but for static and transient ones. The instance
 *       of the enclosing class is one of them;
 *   <li>of subclasses of the JDK's collections and maps the elements and the fields of their own;
 *   <li>of classes that write themselves ({@code writeObject}, {@code writeReplace}, {@code Externalizable}, lambdas)
 *       what they write, and of classes whose fields are closed what Java serialization writes for them.
 * </ul>
 *
 * <p>What is neither, such as a thread or a weak reference, cannot be walked.
 */
final class ContentKind {

    /** How one kind of values is hashed. */
    @FunctionalInterface
    interface Reader {

        /** Returns the hash of {@code value}, which depends on {@code seed}, by which classes differ. */
        long hash(ContentWalk walk, Object value, long seed);
    }

    /** Superclasses that have no content of their own. */
    private static final Set<Class<?>> WITHOUT_CONTENT = Set.of(
            Object.class,
            Record.class,
            Number.class,
            AbstractCollection.class,
            AbstractList.class,
            AbstractSequentialList.class,
            AbstractQueue.class,
            AbstractSet.class,
            AbstractMap.class);

    private static final ClassValue<ContentKind> KINDS = new ClassValue<>() {
        @Override
        protected ContentKind computeValue(Class<?> type) {
            return classify(type);
        }
    };

    private final Reader reader;
    private final long seed;
    private final boolean leaf;

    private ContentKind(Reader reader, long seed, boolean leaf) {
        this.reader = reader;
        this.seed = seed;
        this.leaf = leaf;
    }

    static ContentKind of(Class<?> type) {
        return KINDS.get(type);
    }

    /** Returns whether instances contain nothing that has to be walked. */
    boolean isLeaf() {
        return leaf;
    }

    long hash(ContentWalk walk, Object value) {
        return reader.hash(walk, value, seed);
    }

    private static ContentKind classify(Class<?> type) {
        // Two values of different classes are different content. The name, because it is the same in every run.
        long ofClass = ContentHash.ofText(0, type.getName());
        Reader leaf = leafReader(type);
        return leaf != null ? new ContentKind(leaf, ofClass, true) : classifyHolder(type, ofClass);
    }

    private static @Nullable Reader leafReader(Class<?> type) {
        if (Enum.class.isAssignableFrom(type)) {
            return (walk, value, seed) -> ContentHash.ofText(seed, ((Enum<?>) value).name());
        }
        boolean hasOnlyItsClass =
                type == Object.class || (Immutability.isLambda(type) && Immutability.isStateless(type));
        return hasOnlyItsClass ? (walk, value, seed) -> StableHash.mix(seed) : PlatformContents.leaf(type);
    }

    private static ContentKind classifyHolder(Class<?> type, long ofClass) {
        if ((PlatformTypes.isPlatform(type) && !type.isArray()) || type == NumberList.class) {
            // Which class of the JDK holds the elements is not content: it may change on the way.
            ContentKind container = container(type);
            if (container != null) {
                return container;
            }
        }
        Reader reader;
        try {
            reader = holderReader(type);
        } catch (ReflectiveOperationException | InaccessibleObjectException | LinkageError e) {
            reader = closedReader(type); // its fields cannot be looked at
        }
        return new ContentKind(cachesItsHash(type) ? withHashComputed(reader) : reader, ofClass, false);
    }

    private static @Nullable ContentKind container(Class<?> type) {
        PlatformContents.Container container = PlatformContents.container(type);
        return container == null ? null : new ContentKind(container.reader(), container.seed(), false);
    }

    private static Reader holderReader(Class<?> type) throws ReflectiveOperationException {
        if (type.isArray()) {
            return PlatformContents.array(type);
        }
        if (DriverOnlySearch.isDriverOnly(type)) {
            return closedReader(type);
        }
        if (type.isRecord()) {
            return ContentFields.of(componentsOf(type))::hash;
        }
        if (PlatformTypes.isPlatform(type)) {
            Reader holder = PlatformContents.holder(type);
            return holder == null ? closedReader(type) : holder;
        }
        if (SerialForm.of(type).isCustom()) {
            return closedReader(type);
        }
        Class<?> base = platformBase(type);
        if (base == null) {
            return ContentFields.of(fieldsBelow(null, type))::hash;
        }
        return isContainer(base) ? elementsAndFields(type, base) : closedReader(type);
    }

    private static boolean isContainer(Class<?> type) {
        return Collection.class.isAssignableFrom(type) || Map.class.isAssignableFrom(type);
    }

    private static Reader elementsAndFields(Class<?> type, Class<?> base) throws IllegalAccessException {
        ContentKind elements = container(base);
        if (elements == null) {
            return closedReader(type);
        }
        ContentFields fields = ContentFields.of(fieldsBelow(base, type));
        return (walk, value, seed) -> fields.hash(walk, value, ContentHash.join(seed, elements.hash(walk, value)));
    }

    /** Where fields are closed or not all, there may still be the object's own form. */
    private static Reader closedReader(Class<?> type) {
        if (Serializable.class.isAssignableFrom(type) && !DriverOnlySearch.isDriverOnly(type)) {
            return (walk, value, seed) -> WrittenForm.hash(walk, value);
        }
        return (walk, value, seed) -> {
            throw walk.unwalkable("its fields are closed");
        };
    }

    /** Returns the closest superclass that is the JDK's and has content; null if there is none. */
    private static @Nullable Class<?> platformBase(Class<?> type) {
        Class<?> base = type;
        while (base != null && !PlatformTypes.isPlatform(base)) {
            base = base.getSuperclass();
        }
        return base == null || WITHOUT_CONTENT.contains(base) ? null : base;
    }

    private static List<Field> componentsOf(Class<?> type) throws NoSuchFieldException {
        List<Field> fields = new ArrayList<>();
        for (RecordComponent component : type.getRecordComponents()) {
            fields.add(type.getDeclaredField(component.getName()));
        }
        return fields;
    }

    private static List<Field> fieldsBelow(@Nullable Class<?> base, Class<?> type) {
        List<Field> fields = new ArrayList<>();
        for (Class<?> c = type; c != null && c != base && !PlatformTypes.isPlatform(c); c = c.getSuperclass()) {
            for (Field field : c.getDeclaredFields()) {
                if (SerialForm.isData(field)) {
                    fields.add(field);
                }
            }
        }
        return fields;
    }

    /** Returns whether there seems to be a field for a hash that is computed when it is first asked for. */
    private static boolean cachesItsHash(Class<?> type) {
        if (type.isRecord() || type.isArray() || PlatformTypes.isPlatform(type)) {
            return false;
        }
        for (Class<?> c = type; c != null && !PlatformTypes.isPlatform(c); c = c.getSuperclass()) {
            for (Field field : c.getDeclaredFields()) {
                int modifiers = field.getModifiers();
                if (!Modifier.isStatic(modifiers)
                        && !Modifier.isTransient(modifiers)
                        && !Modifier.isFinal(modifiers)
                        && field.getName().toLowerCase(Locale.ROOT).contains("hash")) {
                    return true;
                }
            }
        }
        return false;
    }

    /** A hash that may or may not have been asked for before must not make a difference: it is asked for now. */
    @SuppressWarnings("ReturnValueIgnored") // what it leaves behind is what counts
    private static Reader withHashComputed(Reader reader) {
        return (walk, value, seed) -> {
            try {
                value.hashCode();
            } catch (RuntimeException e) { // then the field is as it is
                return reader.hash(walk, value, seed);
            }
            return reader.hash(walk, value, seed);
        };
    }
}
