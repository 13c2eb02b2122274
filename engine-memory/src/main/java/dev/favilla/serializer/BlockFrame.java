package dev.favilla.serializer;

/** The one frame. */
@SuppressWarnings({"DoNotCallSuggester", "UnusedVariable"})
public final class BlockFrame {

    private BlockFrame() {}

    public static byte[] wrap(BlockHeader header, byte[] payload, int offset, int length) {
        throw new UnsupportedOperationException();
    }

    public static Payload open(byte[] frame, BlockHeader expected) {
        throw new UnsupportedOperationException();
    }

    /** The verified content of a frame. */
    public static final class Payload {

        private final byte[] bytes;
        private final int offset;
        private final int length;

        Payload(byte[] bytes, int offset, int length) {
            this.bytes = bytes;
            this.offset = offset;
            this.length = length;
        }

        public byte[] bytes() {
            return bytes;
        }

        public int offset() {
            return offset;
        }

        public int length() {
            return length;
        }
    }
}
