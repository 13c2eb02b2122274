package dev.favilla.serializer;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.zip.CRC32C;

/**
 * The one frame around every block that is kept or moved as bytes: it says which block it is, how much of it there is,
 * and proves that nothing changed.
 *
 * <pre>
 * int magic | int version | int header length | long payload length
 * header: long attempt | long generation | long record count | block id in UTF-8
 * payload
 * int CRC32C of everything before it
 * </pre>
 *
 * <p><b>Failures.</b> {@link #open} checks everything before it returns a byte of the payload, so neither a
 * decompressor nor a serializer ever reads what was not written for it.
 */
public final class BlockFrame {

    private static final int MAGIC = 0x46415642; // FAVB
    private static final int VERSION = 1;
    private static final int PREFIX_BYTES = 2 * Integer.BYTES + Integer.BYTES + Long.BYTES;
    private static final int FIXED_HEADER_BYTES = 3 * Long.BYTES;
    private static final int LARGEST_ARRAY = Integer.MAX_VALUE - 8;

    private BlockFrame() {}

    /**
     * Returns a frame that holds a copy of {@code length} bytes of {@code payload} from {@code offset}.
     *
     * @throws IllegalArgumentException if the frame would be longer than an array can be
     */
    public static byte[] wrap(BlockHeader header, byte[] payload, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, payload.length);
        byte[] id = header.blockId().getBytes(StandardCharsets.UTF_8);
        int headerBytes = FIXED_HEADER_BYTES + id.length;
        long frameBytes = (long) PREFIX_BYTES + headerBytes + length + Integer.BYTES;
        if (frameBytes > LARGEST_ARRAY) {
            throw new IllegalArgumentException("payload of " + header.blockId() + " must leave room for its header in "
                    + LARGEST_ARRAY + " bytes, got " + length);
        }
        ByteBuffer frame = ByteBuffer.allocate((int) frameBytes)
                .putInt(MAGIC)
                .putInt(VERSION)
                .putInt(headerBytes)
                .putLong(length)
                .putLong(header.attemptId())
                .putLong(header.generation())
                .putLong(header.recordCount())
                .put(id)
                .put(payload, offset, length);
        return frame.putInt(checksum(frame.array(), frame.position())).array();
    }

    /**
     * Verifies {@code frame} and returns where its payload is; nothing is copied.
     *
     * @throws DamagedBlockException if it is not whole, was changed, or is not the block that {@code expected} names
     */
    public static Payload open(byte[] frame, BlockHeader expected) {
        if (frame.length < PREFIX_BYTES + FIXED_HEADER_BYTES + Integer.BYTES) {
            throw damaged(expected, "there are only " + frame.length + " bytes");
        }
        ByteBuffer in = ByteBuffer.wrap(frame);
        verify(expected, "magic", MAGIC, in.getInt());
        verify(expected, "version", VERSION, in.getInt());
        long headerBytes = in.getInt();
        long payloadBytes = in.getLong();
        long room = (long) frame.length - PREFIX_BYTES - Integer.BYTES;
        // Each alone first: their sum could overflow into the right number.
        if (headerBytes < FIXED_HEADER_BYTES
                || headerBytes > room
                || payloadBytes < 0
                || payloadBytes > room
                || headerBytes + payloadBytes != room) {
            throw damaged(
                    expected,
                    "header of " + headerBytes + " and payload of " + payloadBytes + " bytes were announced, " + room
                            + " are there");
        }
        int end = frame.length - Integer.BYTES;
        verify(expected, "checksum", in.getInt(end), checksum(frame, end));
        long attemptId = in.getLong();
        long generation = in.getLong();
        long recordCount = in.getLong();
        int idBytes = (int) headerBytes - FIXED_HEADER_BYTES;
        String blockId = new String(frame, in.position(), idBytes, StandardCharsets.UTF_8);
        verify(expected, "block id", expected.blockId(), blockId);
        verify(expected, "attempt", expected.attemptId(), attemptId);
        verify(expected, "generation", expected.generation(), generation);
        verify(expected, "record count", expected.recordCount(), recordCount);
        return new Payload(frame, in.position() + idBytes, (int) payloadBytes);
    }

    private static int checksum(byte[] frame, int length) {
        CRC32C crc = new CRC32C();
        crc.update(frame, 0, length);
        return (int) crc.getValue();
    }

    private static void verify(BlockHeader expected, String what, Object wanted, Object found) {
        if (!wanted.equals(found)) {
            throw damaged(expected, what + " must be " + wanted + ", is " + found);
        }
    }

    private static DamagedBlockException damaged(BlockHeader expected, String what) {
        return new DamagedBlockException(
                "Block " + expected.blockId() + " of attempt " + expected.attemptId() + " is damaged: " + what);
    }

    /** Where the verified content of a frame is. The array is the frame itself and must not be written to. */
    public static final class Payload {

        private final byte[] bytes;
        private final int offset;
        private final int length;

        Payload(byte[] bytes, int offset, int length) {
            this.bytes = bytes;
            this.offset = offset;
            this.length = length;
        }

        /** Returns the array that contains the payload, among other things. */
        public byte[] bytes() {
            return bytes;
        }

        /** Returns where in {@link #bytes} the payload begins. */
        public int offset() {
            return offset;
        }

        /** Returns how many bytes of {@link #bytes} it has. */
        public int length() {
            return length;
        }
    }
}
