package dev.favilla.serializer;

import com.esotericsoftware.kryo.kryo5.Kryo;
import com.esotericsoftware.kryo.kryo5.Registration;
import com.esotericsoftware.kryo.kryo5.io.Input;
import com.esotericsoftware.kryo.kryo5.util.DefaultClassResolver;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Writes and reads classes by their number in a {@link ClassTable}, never by name. Belongs to one Kryo. */
final class TableClassResolver extends DefaultClassResolver {

    /** What Kryo adds to a number, below which are null and what would be a name. */
    private static final int TAG_OFFSET = 2;

    /** Larger numbers come from {@link NamedClasses} and are sparse: an array of them would not do. */
    private static final int DENSE = NamedClasses.DENSE;

    private final ClassTable table;
    private @Nullable Registration[] byId = new Registration[128];

    /** What the next {@link #readClass} returns, because the tag was read already. */
    private @Nullable Registration pending;

    TableClassResolver(ClassTable table) {
        this.table = table;
    }

    @Override
    @SuppressWarnings("rawtypes") // Kryo's signature
    public Registration registerImplicit(Class type) {
        Class<?> known = type;
        return register(new Registration(known, kryo.getDefaultSerializer(known), table.idOf(known)));
    }

    @Override
    public @Nullable Registration readClass(Input input) {
        if (pending != null) {
            Registration known = pending;
            pending = null;
            return known;
        }
        int tag = input.readVarInt(true);
        return tag == Kryo.NULL ? null : ofTag(tag);
    }

    /** Returns what a tag stands for, other than null. */
    Registration ofTag(int tag) {
        int id = tag - TAG_OFFSET;
        if (id >= 0 && id < byId.length) {
            Registration known = byId[id];
            if (known != null) {
                return known;
            }
        }
        return lookUp(id);
    }

    void readNext(Registration known) {
        pending = known;
    }

    private Registration lookUp(int id) {
        Registration found = getRegistration(id);
        if (found == null) {
            Class<?> type = table.classOf(id);
            if (type == null) {
                throw new SerializationException(
                        "There is no class number " + id + ". The bytes were written by the serializer of another"
                                + " context, or are no records at all; read them with the serializer that wrote them.",
                        null);
            }
            found = kryo.getRegistration(type);
        }
        if (id >= DENSE) {
            return found;
        }
        if (id >= byId.length) {
            byId = Arrays.copyOf(byId, Math.max(id + 1, 2 * byId.length));
        }
        byId[id] = found;
        return found;
    }

    @Override
    public void reset() {
        pending = null;
    }
}
