package dev.favilla;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** The settings that can be given by key, named after Spark's. */
enum Setting {
    APP_NAME("favilla.app.name", "a name"),
    MASTER("favilla.master", "local, local[N], local[*] or local[N,F]"),
    DEFAULT_PARALLELISM("favilla.default.parallelism", "a whole number from 1 to 1000000"),
    TASK_MAX_FAILURES("favilla.task.maxFailures", "a whole number from 1 to 1000"),
    STAGE_MAX_CONSECUTIVE_ATTEMPTS("favilla.stage.maxConsecutiveAttempts", "a whole number from 1 to 1000000"),
    STAGE_MAX_ATTEMPTS("favilla.stage.maxAttempts", "a whole number from 1 to 1000000"),
    MEMORY_BYTES("favilla.memory.bytes", "a number of bytes of at least 33554432 (32 MiB)"),
    MEMORY_FRACTION("favilla.memory.fraction", "a number above 0 and at most 1"),
    MEMORY_STORAGE_FRACTION("favilla.memory.storageFraction", "a number from 0 to 1"),
    LISTENER_QUEUE_CAPACITY("favilla.listener.queueCapacity", "a whole number from 1 to 10000000"),
    SERIALIZER("favilla.serializer", "kryo or java"),
    COMPRESSION_CODEC("favilla.io.compression.codec", "lz4, deflate or none"),
    SHUFFLE_COMPRESS("favilla.shuffle.compress", "true or false"),
    RDD_COMPRESS("favilla.rdd.compress", "true or false"),
    CLOSURE_WARN_BYTES("favilla.closure.warnBytes", "a number of bytes of at least 1");

    private final String key;
    private final String allowed;

    Setting(String key, String allowed) {
        this.key = key;
        this.allowed = allowed;
    }

    String key() {
        return key;
    }

    static Optional<Setting> of(String key) {
        return Arrays.stream(values())
                .filter(setting -> setting.key.equals(key))
                .findFirst();
    }

    static String allKeys() {
        return Arrays.stream(values()).map(Setting::key).collect(Collectors.joining(", "));
    }

    InvalidSettingException invalid(String value) {
        return new InvalidSettingException(key, value, "expected " + allowed + ".");
    }

    int integer(String value, int max) {
        long number = whole(value);
        if (number < 1 || number > max) {
            throw invalid(value);
        }
        return (int) number;
    }

    long whole(String value) {
        try {
            return Long.parseLong(value.strip());
        } catch (NumberFormatException e) {
            throw invalid(value);
        }
    }

    boolean flag(String value) {
        return switch (value.strip()) {
            case "true" -> true;
            case "false" -> false;
            default -> throw invalid(value);
        };
    }

    double fraction(String value, boolean zeroAllowed) {
        double number;
        try {
            number = Double.parseDouble(value.strip());
        } catch (NumberFormatException e) {
            throw invalid(value);
        }
        if (!(number >= 0 && number <= 1) || (number == 0 && !zeroAllowed)) {
            throw invalid(value);
        }
        return number;
    }
}
