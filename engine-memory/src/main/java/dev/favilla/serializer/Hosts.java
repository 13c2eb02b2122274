package dev.favilla.serializer;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * What stands in the bytes of those {@link JavaPart}s whose guests are being written: a guest cannot refer to it, since
 * nobody outside the bytes could say which object is meant. Belongs to one Kryo.
 */
final class Hosts {

    private final Set<Object> residents = Collections.newSetFromMap(new IdentityHashMap<>());

    /** Adds what stands in the bytes of a part, and returns what {@link #leave} has to remove. */
    List<Object> enter(Collection<Object> ofPart) {
        List<Object> added = new ArrayList<>();
        for (Object object : ofPart) {
            if (residents.add(object)) {
                added.add(object);
            }
        }
        return added;
    }

    void leave(List<Object> added) {
        added.forEach(residents::remove);
    }

    /** Refuses a guest's reference to what stands in the bytes around it. */
    void requireOutside(Object object) {
        if (!residents.isEmpty() && residents.contains(object)) {
            throw new RecordFailures.Unserializable(
                    object,
                    "a " + object.getClass().getName()
                            + " is written by Java serialization, and is referred to again by"
                            + " an object inside that is not java.io.Serializable",
                    "Let the classes between implement java.io.Serializable, or leave the reference out.",
                    null);
        }
    }
}
