package dev.favilla;

import dev.favilla.text.InputLimits;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The settings that can be given by key, named after Spark's. */
enum Setting {
    APP_NAME("favilla.app.name", "a name"),
    MASTER("favilla.master", "local, local[N], local[*], local[N,F], local-cluster[E,C,M], or a master of Spark's"),
    STRICT("favilla.strict", "true, false, or once, which runs no function a second time"),
    DEFAULT_PARALLELISM("favilla.default.parallelism", "a whole number from 1 to 1000000"),
    TASK_MAX_FAILURES("favilla.task.maxFailures", "a whole number from 1 to 1000"),
    STAGE_MAX_CONSECUTIVE_ATTEMPTS("favilla.stage.maxConsecutiveAttempts", "a whole number from 1 to 1000000"),
    STAGE_MAX_ATTEMPTS("favilla.stage.maxAttempts", "a whole number from 1 to 1000000"),
    TASK_INTERRUPT_AFTER("favilla.task.interruptAfter", Text.DURATION),
    TASK_REPLACE_AFTER("favilla.task.replaceAfter", Text.DURATION),
    SCHEDULER_MODE("favilla.scheduler.mode", "FIFO or FAIR"),
    LOCALITY_WAIT("favilla.locality.wait", Text.DURATION),
    SPECULATION("favilla.speculation", "true or false"),
    SPECULATION_INTERVAL("favilla.speculation.interval", Text.DURATION + ", above 0"),
    SPECULATION_MULTIPLIER("favilla.speculation.multiplier", "a number of at least 1"),
    SPECULATION_QUANTILE("favilla.speculation.quantile", "a number above 0 and at most 1"),
    SPECULATION_MIN_TASK_RUNTIME("favilla.speculation.minTaskRuntime", Text.DURATION),
    EXECUTOR_WAIT("favilla.executor.wait", Text.DURATION),
    DRIVER_MAX_RESULT_SIZE("favilla.driver.maxResultSize", Text.SIZE + "; 0 for no limit"),
    PIPELINE_SPECIALIZE(
            "favilla.pipeline.specialize",
            "true, false, or a whole number of records from 0 to 1000000000 after which it pays"),
    MEMORY_BYTES("favilla.memory.bytes", Text.SIZE + ", at least 32m"),
    MEMORY_FRACTION("favilla.memory.fraction", "a number above 0 and at most 1"),
    MEMORY_STORAGE_FRACTION("favilla.memory.storageFraction", "a number from 0 to 1"),
    LOCAL_DIR("favilla.local.dir", "one directory, or several separated by commas, which exist and can be written"),
    LOCAL_MAX_BYTES("favilla.local.maxBytes", Text.SIZE + "; 0 for no limit"),
    LISTENER_QUEUE_CAPACITY("favilla.listener.queueCapacity", "a whole number from 1 to 10000000"),
    TRANSFER("favilla.transfer", "direct, memory or tcp"),
    TRANSFER_TIMEOUT("favilla.transfer.timeout", Text.DURATION + ", above 0"),
    SERIALIZER("favilla.serializer", "kryo or java"),
    COMPRESSION_CODEC("favilla.io.compression.codec", "lz4, deflate or none"),
    SHUFFLE_COMPRESS("favilla.shuffle.compress", "true or false"),
    RDD_COMPRESS("favilla.rdd.compress", "true or false"),
    CLOSURE_WARN_BYTES("favilla.closure.warnBytes", Text.SIZE + ", at least 1"),
    CHECKPOINT_DIR("favilla.checkpoint.dir", "a directory"),
    CHECKPOINT_CLEAN_FILES("favilla.checkpoint.cleanFiles", "true or false"),
    INPUT_MAX_RECORD_SIZE(InputLimits.RECORD_KEY, Text.SIZE + ", at least 1 and below 2g"),
    INPUT_MAX_GZIP_SIZE(InputLimits.GZIP_BYTES_KEY, Text.SIZE + "; 0 for no limit"),
    INPUT_MAX_GZIP_RATIO(InputLimits.GZIP_RATIO_KEY, "a whole number from 1 to 1000000");

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

    private long whole(String value) {
        try {
            return Long.parseLong(value.strip());
        } catch (NumberFormatException e) {
            throw invalid(value);
        }
    }

    /** Returns a number of bytes, given as such or with a unit of 1024 times the one before. */
    long bytes(String value, long min) {
        Matcher size = Text.SIZES.matcher(value.strip());
        if (!size.matches()) {
            throw invalid(value);
        }
        long unit = switch (size.group("unit").isEmpty()
                ? 'b'
                : Character.toLowerCase(size.group("unit").charAt(0))) {
            case 'k' -> 1L << 10;
            case 'm' -> 1L << 20;
            case 'g' -> 1L << 30;
            case 't' -> 1L << 40;
            default -> 1;
        };
        long bytes = times(value, size.group("number"), unit);
        if (bytes < min) {
            throw invalid(value);
        }
        return bytes;
    }

    /** Returns a time, which must have a unit: without one nobody could say whether seconds are meant. */
    Duration duration(String value) {
        Matcher duration = Text.DURATIONS.matcher(value.strip());
        if (!duration.matches()) {
            throw invalid(value);
        }
        long millis = switch (duration.group("unit")) {
            case "ms" -> 1;
            case "s" -> 1_000;
            case "m", "min" -> 60_000;
            default -> 3_600_000;
        };
        return Duration.ofMillis(times(value, duration.group("number"), millis));
    }

    private long times(String value, String number, long unit) {
        try {
            return Math.multiplyExact(Long.parseLong(number), unit);
        } catch (NumberFormatException | ArithmeticException e) {
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
        double number = number(value);
        if (!(number >= 0 && number <= 1) || (number == 0 && !zeroAllowed)) {
            throw invalid(value);
        }
        return number;
    }

    /** Returns a finite number of at least {@code min}. */
    double atLeast(double min, String value) {
        double number = number(value);
        if (!(number >= min && number < Double.POSITIVE_INFINITY)) {
            throw invalid(value);
        }
        return number;
    }

    private double number(String value) {
        try {
            return Double.parseDouble(value.strip());
        } catch (NumberFormatException e) {
            throw invalid(value);
        }
    }

    /** How values with units are written, and described; a class of its own, because constants are made with it. */
    private static final class Text {

        static final String DURATION = "a time such as 20ms, 3s, 1m or 2h";
        static final String SIZE = "a number of bytes, or a size such as 64k, 64m or 1g";

        static final Pattern DURATIONS = Pattern.compile("(?<number>[0-9]+)\\s*(?<unit>ms|s|m|min|h)");
        static final Pattern SIZES = Pattern.compile("(?<number>[0-9]+)\\s*(?<unit>(?:[bB]|[kKmMgGtT](?:i?[bB])?)?)");
    }
}
