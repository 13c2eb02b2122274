package dev.favilla.frame;

import java.util.Optional;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * How the payload of a block is made shorter. Each chunk of a {@link BlockFrame} says by a number how it was
 * compressed, so a reader needs no setting, and what would grow is kept as it is.
 *
 * <p><b>Threads.</b> May be used from any thread.
 */
public enum Compression {

    /** Bytes as they are. */
    NONE(0, 1) {
        @Override
        int compress(byte[] from, int offset, int length, byte[] to) {
            return to.length + 1;
        }

        @Override
        boolean decompress(byte[] from, int offset, int length, byte[] to, int at, int rawLength) {
            System.arraycopy(from, offset, to, at, rawLength);
            return length == rawLength;
        }
    },

    /** Fast, about half the size for most records. In pure Java: no native library is unpacked, no Unsafe touched. */
    LZ4(1, 255) {
        @Override
        int compress(byte[] from, int offset, int length, byte[] to) {
            return Lz4.compress(from, offset, length, to);
        }

        @Override
        boolean decompress(byte[] from, int offset, int length, byte[] to, int at, int rawLength) {
            return Lz4.decompress(from, offset, length, to, at, rawLength);
        }
    },

    /** Half again as short as LZ4, and many times slower. */
    DEFLATE(2, 1032) {
        @Override
        int compress(byte[] from, int offset, int length, byte[] to) {
            Deflater deflater = new Deflater(Deflater.BEST_SPEED, true);
            try {
                deflater.setInput(from, offset, length);
                deflater.finish();
                int written = deflater.deflate(to);
                return deflater.finished() ? written : to.length + 1;
            } finally {
                deflater.end();
            }
        }

        @Override
        boolean decompress(byte[] from, int offset, int length, byte[] to, int at, int rawLength) {
            Inflater inflater = new Inflater(true);
            try {
                inflater.setInput(from, offset, length);
                return inflater.inflate(to, at, rawLength) == rawLength;
            } catch (DataFormatException e) {
                return false;
            } finally {
                inflater.end();
            }
        }
    };

    private static final Compression[] BY_ID = values();

    private final byte id;
    private final int highestRatio;

    Compression(int id, int highestRatio) {
        this.id = (byte) id;
        this.highestRatio = highestRatio;
    }

    /** Returns the compression of that name, in lower case, as settings have it. */
    public static Optional<Compression> named(String name) {
        for (Compression one : BY_ID) {
            if (one.settingName().equals(name)) {
                return Optional.of(one);
            }
        }
        return Optional.empty();
    }

    /** Returns the name used in settings. */
    public String settingName() {
        return switch (this) {
            case NONE -> "none";
            case LZ4 -> "lz4";
            case DEFLATE -> "deflate";
        };
    }

    static Optional<Compression> ofId(byte id) {
        return id >= 0 && id < BY_ID.length ? Optional.of(BY_ID[id]) : Optional.empty();
    }

    byte id() {
        return id;
    }

    /** Returns whether {@code stored} bytes can have been made of {@code raw}. */
    boolean isPossible(int stored, int raw) {
        return this == NONE ? stored == raw : raw <= (long) stored * highestRatio;
    }

    /** Returns how many bytes were written to {@code to}; more than it is long if they do not fit. */
    abstract int compress(byte[] from, int offset, int length, byte[] to);

    /** Fills {@code rawLength} bytes of {@code to}, or returns false. */
    abstract boolean decompress(byte[] from, int offset, int length, byte[] to, int at, int rawLength);
}
