package dev.favilla.frame;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * The layout of a block's frame, piece by piece:
 *
 * <pre>
 * head     int magic | byte version | short length of id | long attempt | long input version | block id in UTF-8 | int CRC
 * chunk    int raw length, at least 1 | int stored length | byte compression | bytes | int CRC
 * trailer  int 0 | long raw length of all | long record count | int CRC
 * </pre>
 *
 * <p>The CRC32C of a chunk and of the trailer covers the head's CRC and the number of the chunk, too: a chunk that is
 * whole but belongs to another block, or to another place in this one, is not taken for the right one.
 */
final class FrameFormat {

    static final int MAGIC = 0x46415642; // FAVB
    static final byte VERSION = 2;
    static final int HEAD_BYTES = Integer.BYTES + 1 + Short.BYTES + 2 * Long.BYTES;
    static final int CHUNK_BYTES = 2 * Integer.BYTES + 1;
    static final int CRC_BYTES = Integer.BYTES;
    static final int TRAILER_BYTES = Integer.BYTES + 2 * Long.BYTES + CRC_BYTES;
    static final int LONGEST_ID = 0xffff;

    private FrameFormat() {}

    static byte[] head(BlockHeader header) {
        byte[] id = header.blockId().getBytes(StandardCharsets.UTF_8);
        if (id.length > LONGEST_ID) {
            throw new IllegalArgumentException("blockId must have at most " + LONGEST_ID + " bytes, got " + id.length);
        }
        ByteBuffer head = ByteBuffer.allocate(HEAD_BYTES + id.length + CRC_BYTES)
                .putInt(MAGIC)
                .put(VERSION)
                .putShort((short) id.length)
                .putLong(header.attemptId())
                .putLong(header.inputVersion())
                .put(id);
        CRC32C crc = new CRC32C();
        crc.update(head.array(), 0, head.position());
        return head.putInt((int) crc.getValue()).array();
    }

    static int crcOf(byte[] head) {
        return ByteBuffer.wrap(head).getInt(head.length - CRC_BYTES);
    }

    static void putChunkHead(ByteBuffer to, int raw, int stored, Compression compression) {
        to.putInt(raw).putInt(stored).put(compression.id());
    }

    static void putTrailer(ByteBuffer to, int headCrc, long chunks, long rawBytes, long records) {
        int start = to.position();
        to.putInt(0).putLong(rawBytes).putLong(records);
        CRC32C crc = seeded(headCrc, chunks);
        crc.update(to.array(), to.arrayOffset() + start, to.position() - start);
        to.putInt((int) crc.getValue());
    }

    /** Returns a checksum that has seen which block and which place in it. */
    static CRC32C seeded(int headCrc, long chunk) {
        CRC32C crc = new CRC32C();
        byte[] place = ByteBuffer.allocate(Integer.BYTES + Long.BYTES)
                .putInt(headCrc)
                .putLong(chunk)
                .array();
        crc.update(place, 0, place.length);
        return crc;
    }

    /** Checks the head of a frame, whose length is known to be right, against what was asked for. */
    static void verifyHead(byte[] frame, int idBytes, BlockHeader expected) {
        ByteBuffer in = ByteBuffer.wrap(frame);
        int end = HEAD_BYTES + idBytes;
        CRC32C crc = new CRC32C();
        crc.update(frame, 0, end);
        verify(expected, "checksum of the head", in.getInt(end), (int) crc.getValue());
        verify(
                expected,
                "block id",
                expected.blockId(),
                new String(frame, HEAD_BYTES, idBytes, StandardCharsets.UTF_8));
        verify(expected, "attempt", expected.attemptId(), in.getLong(Integer.BYTES + 1 + Short.BYTES));
        verify(
                expected,
                "input version",
                expected.inputVersion(),
                in.getLong(Integer.BYTES + 1 + Short.BYTES + Long.BYTES));
    }

    /** Returns the length of the id, once magic and version are right. */
    static int verifyStart(ByteBuffer in, BlockHeader expected) {
        verify(expected, "magic", MAGIC, in.getInt());
        verify(expected, "version", VERSION, in.get());
        return in.getShort() & LONGEST_ID;
    }

    /** Checks what a chunk says of itself, as far as it can be told before its checksum is known. */
    static Compression verifyChunkHead(ByteBuffer in, long available, BlockHeader expected, long chunk) {
        int raw = in.getInt();
        int stored = in.getInt();
        Compression compression = Compression.ofId(in.get()).orElse(null);
        if (compression == null
                || raw <= 0
                || stored <= 0
                || stored > available
                || !compression.isPossible(stored, raw)) {
            throw damaged(
                    expected,
                    "chunk " + chunk + " announces " + raw + " bytes stored as " + stored + ", " + available
                            + " are there");
        }
        return compression;
    }

    static void verifyTrailer(ByteBuffer in, int headCrc, long chunks, long rawBytes, BlockHeader expected) {
        CRC32C crc = seeded(headCrc, chunks);
        crc.update(in.array(), in.arrayOffset() + in.position(), TRAILER_BYTES - CRC_BYTES);
        in.getInt();
        long announcedBytes = in.getLong();
        long records = in.getLong();
        verify(expected, "checksum of the trailer", in.getInt(), (int) crc.getValue());
        verify(expected, "length", announcedBytes, rawBytes);
        verify(expected, "record count", expected.recordCount(), records);
    }

    static void verify(BlockHeader expected, String what, Object wanted, Object found) {
        if (!wanted.equals(found)) {
            throw damaged(expected, what + " must be " + wanted + ", is " + found);
        }
    }

    static DamagedBlockException damaged(BlockHeader expected, String what) {
        return new DamagedBlockException(expected.blockId(), expected.attemptId(), what);
    }
}
