package dev.favilla.serializer;

import dev.favilla.value.PlatformTypes;
import dev.favilla.value.SerialForm;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.zip.CRC32;

/**
 * A serializer for bytes that outlive it: together with its form and its classes another one can read them.
 *
 * @param form which kind it is and what is registered with it; equal where bytes mean the same
 * @param serializer writes and reads
 * @param classes tells the classes it has numbered so far, in order
 */
public record PortableSerializer(String form, Serializer serializer, Supplier<List<Class<?>>> classes) {

    /**
     * Returns, as a text, what must not change of a class for its bytes to mean the same: the names and types of its
     * fields, or the names of its constants. Empty for classes of the JDK.
     */
    public static String shapeOf(Class<?> type) {
        if (type.isArray() || PlatformTypes.isPlatform(type)) {
            return "";
        }
        if (Enum.class.isAssignableFrom(type)) {
            List<String> names = new ArrayList<>();
            Object[] constants = type.isEnum() ? type.getEnumConstants() : new Object[0];
            for (Object constant : constants) {
                names.add(((Enum<?>) constant).name());
            }
            return String.join(" ", names);
        }
        List<String> fields = new ArrayList<>();
        for (Class<?> each = type; each != null && !PlatformTypes.isPlatform(each); each = each.getSuperclass()) {
            for (Field field : each.getDeclaredFields()) {
                if (SerialForm.isData(field)) {
                    fields.add(field.getType().getName() + " " + field.getName());
                }
            }
        }
        fields.sort(null);
        return String.join(", ", fields);
    }

    /** Returns a short text that differs where the classes, their order or their shapes do. */
    static String digestOf(List<Class<?>> registered) {
        CRC32 crc = new CRC32();
        for (Class<?> type : registered) {
            crc.update((type.getName() + "(" + shapeOf(type) + ")").getBytes(StandardCharsets.UTF_8));
        }
        return registered.size() + " registered classes, " + Long.toHexString(crc.getValue());
    }
}
