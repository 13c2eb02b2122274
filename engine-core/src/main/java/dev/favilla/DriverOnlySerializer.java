package dev.favilla;

import com.esotericsoftware.kryo.kryo5.Kryo;
import com.esotericsoftware.kryo.kryo5.Serializer;
import com.esotericsoftware.kryo.kryo5.io.Input;
import com.esotericsoftware.kryo.kryo5.io.Output;
import dev.favilla.serializer.DriverOnly;

/** Refuses datasets and contexts inside of records and broadcasts, with the reason. */
final class DriverOnlySerializer extends Serializer<DriverOnly> {

    static void addTo(Kryo kryo) {
        kryo.addDefaultSerializer(DriverOnly.class, new DriverOnlySerializer());
    }

    @Override
    public void write(Kryo kryo, Output output, DriverOnly object) {
        throw new IllegalArgumentException(object.getClass().getSimpleName() + ": " + object.whyNotInTasks());
    }

    @Override
    public DriverOnly read(Kryo kryo, Input input, Class<? extends DriverOnly> type) {
        throw new IllegalArgumentException(type.getName() + " cannot be read: it is never written");
    }
}
