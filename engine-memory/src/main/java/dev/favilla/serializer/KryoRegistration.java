package dev.favilla.serializer;

import com.esotericsoftware.kryo.kryo5.Kryo;
import java.io.Serializable;

/**
 * Tells a {@link Kryo} instance about classes or serializers of the user. Called once for every instance that the
 * serializer makes, from any thread, and must do the same each time: ids are given in the order of registration. Written
 * with all it refers to where executors are other processes.
 */
@FunctionalInterface
public interface KryoRegistration extends Serializable {

    void register(Kryo kryo);
}
