package dev.favilla.text;

import dev.favilla.memory.Bytes;
import java.io.IOException;
import java.io.Serializable;

/**
 * How much a file may make of itself: what is read from outside must not take the memory, or the time, of everybody.
 *
 * @param recordBytes the longest line, file or other record that is read whole
 * @param gzipBytes the most that one compressed file may become; 0 for no limit
 * @param gzipRatio how many bytes one compressed byte may become on average; looked at once {@value #FREE_BYTES} came out
 */
public record InputLimits(int recordBytes, long gzipBytes, int gzipRatio) implements Serializable {

    /** The key of the setting for {@link #recordBytes}. */
    public static final String RECORD_KEY = "favilla.input.maxRecordSize";

    /** The key of the setting for {@link #gzipBytes}. */
    public static final String GZIP_BYTES_KEY = "favilla.input.maxGzipSize";

    /** The key of the setting for {@link #gzipRatio}. */
    public static final String GZIP_RATIO_KEY = "favilla.input.maxGzipRatio";

    /** The longest array there may be, less some. */
    public static final int LARGEST_RECORD = Integer.MAX_VALUE - 64;

    /** So little is no danger, whatever it was made of. */
    static final long FREE_BYTES = 64L << 20;

    void requireRecord(String what, long bytes) throws Exceeded {
        if (bytes > recordBytes) {
            throw new Exceeded(
                    RECORD_KEY, what + " is longer than " + Bytes.format(recordBytes) + ", the largest record allowed");
        }
    }

    void requireDecompressed(long decompressed, long compressed) throws Exceeded {
        if (gzipBytes > 0 && decompressed > gzipBytes) {
            throw new Exceeded(GZIP_BYTES_KEY, "it becomes more than the " + Bytes.format(gzipBytes) + " allowed");
        }
        if (decompressed > FREE_BYTES && decompressed / gzipRatio > compressed) {
            throw new Exceeded(
                    GZIP_RATIO_KEY,
                    Bytes.format(compressed) + " of it became " + Bytes.format(decompressed) + ", more than the "
                            + gzipRatio + " times allowed");
        }
    }

    /** Something is too large. Whoever knows the file makes an {@link InputLimitException} of it. */
    static final class Exceeded extends IOException {

        private static final long serialVersionUID = 1L;

        private final String setting;

        Exceeded(String setting, String reason) {
            super(reason);
            this.setting = setting;
        }

        String setting() {
            return setting;
        }
    }
}
