package dev.favilla;

import com.esotericsoftware.kryo.kryo5.Kryo;
import dev.favilla.frame.BlockFrame;
import dev.favilla.frame.Compression;
import dev.favilla.serializer.JavaRecordSerializer;
import dev.favilla.serializer.KryoRegistration;
import dev.favilla.serializer.KryoSerializer;
import dev.favilla.serializer.Serializer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * How records, blocks and functions become bytes.
 *
 * @param java whether records are written by Java serialization instead of Kryo
 * @param registrations the user's, for Kryo
 * @param codec how bytes that leave the memory are compressed
 * @param compressShuffle whether shuffled records are compressed although they stay in memory
 * @param compressCached whether serialized cached blocks are compressed although they stay in memory
 * @param closureWarnBytes from how many bytes on a captured state is worth a warning
 */
record SerializationSettings(
        boolean java,
        List<KryoRegistration> registrations,
        Compression codec,
        boolean compressShuffle,
        boolean compressCached,
        long closureWarnBytes) {

    SerializationSettings {
        registrations = List.copyOf(registrations);
    }

    static SerializationSettings of(Map<Setting, String> values, List<KryoRegistration> registrations) {
        boolean java = isJava(values.getOrDefault(Setting.SERIALIZER, "kryo"));
        if (java && !registrations.isEmpty()) {
            throw new InvalidSettingException(
                    Setting.SERIALIZER.key(), "java", "registerKryo was called, which needs kryo.");
        }
        String codec = values.getOrDefault(Setting.COMPRESSION_CODEC, "lz4");
        return new SerializationSettings(
                java,
                registrations,
                Compression.named(codec.strip()).orElseThrow(() -> Setting.COMPRESSION_CODEC.invalid(codec)),
                Setting.SHUFFLE_COMPRESS.flag(values.getOrDefault(Setting.SHUFFLE_COMPRESS, "false")),
                Setting.RDD_COMPRESS.flag(values.getOrDefault(Setting.RDD_COMPRESS, "false")),
                Setting.CLOSURE_WARN_BYTES.bytes(values.getOrDefault(Setting.CLOSURE_WARN_BYTES, "1m"), 1));
    }

    private static boolean isJava(String value) {
        return switch (value.strip()) {
            case "java" -> true;
            case "kryo" -> false;
            default -> throw Setting.SERIALIZER.invalid(value);
        };
    }

    Serializer serializer() {
        if (java) {
            return new JavaRecordSerializer();
        }
        List<KryoRegistration> all = new ArrayList<>(List.of(new Pairs()));
        all.addAll(registrations);
        return new KryoSerializer(all);
    }

    BlockFrame shuffleFrames() {
        return new BlockFrame(compressShuffle ? codec : Compression.NONE);
    }

    BlockFrame cacheFrames() {
        return new BlockFrame(compressCached ? codec : Compression.NONE);
    }

    /** Returns how blocks on disk are framed. */
    BlockFrame diskFrames() {
        return new BlockFrame(codec);
    }

    /** Gives pairs a short number. No lambda: making one would load Kryo when a context opens. */
    private static final class Pairs implements KryoRegistration {

        @Override
        public void register(Kryo kryo) {
            kryo.register(Pair.class);
        }
    }
}
