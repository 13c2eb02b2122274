package dev.favilla;

import com.esotericsoftware.kryo.kryo5.Kryo;
import com.esotericsoftware.kryo.kryo5.Serializer;
import com.esotericsoftware.kryo.kryo5.io.Input;
import com.esotericsoftware.kryo.kryo5.io.Output;
import org.jspecify.annotations.Nullable;

/** Writes a pair as its two halves. */
final class PairSerializer extends Serializer<Pair<?, ?>> {

    private PairSerializer() {
        setImmutable(true);
    }

    static void addTo(Kryo kryo) {
        kryo.register(Pair.class, new PairSerializer());
    }

    @Override
    public void write(Kryo kryo, Output output, Pair<?, ?> pair) {
        kryo.writeClassAndObject(output, pair.key());
        kryo.writeClassAndObject(output, pair.value());
    }

    @Override
    public Pair<?, ?> read(Kryo kryo, Input input, Class<? extends Pair<?, ?>> type) {
        @Nullable Object key = kryo.readClassAndObject(input);
        @Nullable Object value = kryo.readClassAndObject(input);
        return new Pair<>(key, value);
    }
}
