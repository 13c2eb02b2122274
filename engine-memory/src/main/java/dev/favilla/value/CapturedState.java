package dev.favilla.value;

import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a function could write to, by the names that the user's source has for it: the variables and fields that it
 * captures, and those of the user's objects that they refer to. What cannot change is not among them, nor are transient
 * fields, which do not travel, nor what cannot be looked into.
 *
 * <p><b>Threads.</b> Belongs to whom the function belongs to.
 */
public final class CapturedState {

    private final List<Place> places = new ArrayList<>();

    private CapturedState() {}

    /** Returns what {@code function} could write to. */
    public static CapturedState of(Object function) {
        CapturedState state = new CapturedState();
        if (Immutability.isLambda(function.getClass())) {
            CapturePath.lookIntoLambda(function, state::addCaptured);
        } else {
            state.addFields(function, "", true);
        }
        return state;
    }

    /** Returns how many places there are. */
    public int size() {
        return places.size();
    }

    /** Returns what the user calls the place, and the type of what is there. */
    public String name(int place) {
        return places.get(place).name();
    }

    /** Returns what is there now. */
    public @Nullable Object value(int place) {
        return places.get(place).value();
    }

    private void addCaptured(@Nullable Object captured, String name) {
        if (captured != null && !addFields(captured, name + ".", false) && canChange(captured)) {
            places.add(new Place(named(name, captured), captured, null));
        }
    }

    /**
     * Adds the fields of an object of a class of the user's.
     *
     * @param before what their names begin with
     * @param further whether fields of those objects that they refer to are told apart, too
     * @return false if it is of another kind, and nothing was added
     */
    private boolean addFields(Object object, String before, boolean further) {
        if (!isPlain(object)) {
            return false;
        }
        List<Place> found = new ArrayList<>();
        for (Class<?> c = object.getClass(); c != null && !PlatformTypes.isPlatform(c); c = c.getSuperclass()) {
            for (Field field : c.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers()) && !Modifier.isTransient(field.getModifiers())) {
                    if (!isReadable(field)) {
                        return false;
                    }
                    found.add(new Place(before + CapturePath.nameOf(field), object, field));
                }
            }
        }
        for (Place place : found) {
            Object value = place.value();
            if (further && value != null && Immutability.isLambda(value.getClass())) {
                CapturePath.lookIntoLambda(value, this::addCaptured); // a function around the user's
            } else if (!further || value == null || !addFields(value, place.name() + ".", false)) {
                add(place, value);
            }
        }
        return true;
    }

    private void add(Place place, @Nullable Object value) {
        Field field = place.field();
        if (field != null && Modifier.isFinal(field.getModifiers()) && !canChange(value)) {
            return;
        }
        places.add(new Place(named(place.name(), value), place.object(), field));
    }

    private static boolean canChange(@Nullable Object value) {
        return value != null && !Immutability.isDeeplyImmutable(value);
    }

    private static boolean isPlain(Object object) {
        Class<?> type = object.getClass();
        return !PlatformTypes.isPlatform(type)
                && !type.isArray()
                && !Immutability.isLambda(type)
                && !(object instanceof Collection || object instanceof Map);
    }

    private static boolean isReadable(Field field) {
        try {
            field.setAccessible(true);
            return true;
        } catch (InaccessibleObjectException e) {
            return false; // a closed class: it is looked at as a whole
        }
    }

    private static String named(String name, @Nullable Object value) {
        return value == null ? name : name + " (" + value.getClass().getTypeName() + ")";
    }

    /**
     * A place.
     *
     * @param object what is there, or who has the field
     * @param field whose value is there; null if {@code object} itself is
     */
    private record Place(
            String name, Object object, @Nullable Field field) {

        @Nullable
        Object value() {
            if (field == null) {
                return object;
            }
            try {
                return field.get(object);
            } catch (IllegalAccessException e) {
                throw new IllegalStateException(field + " was made accessible and is not", e);
            }
        }
    }
}
