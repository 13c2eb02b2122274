package dev.favilla.shuffle.transfer.netty;

import dev.favilla.frame.BlockHeader;
import dev.favilla.storage.EncodedBlock;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.CorruptedFrameException;
import java.util.Arrays;

/**
 * A block that is arriving. Its announced length is believed for the first mebibyte; there is room for more only when so
 * much has come.
 */
final class Arrival {

    private static final int BELIEVED_BYTES = 1 << 20;
    private static final int LONGEST_ARRAY = Integer.MAX_VALUE - 8;

    private final BlockHeader header;
    private final long digest;
    private final int length;
    private byte[] bytes;
    private int arrived;

    private Arrival(BlockHeader header, long digest, int length) {
        this.header = header;
        this.digest = digest;
        this.length = length;
        this.bytes = new byte[Math.min(length, BELIEVED_BYTES)];
    }

    /** Reads what goes before the bytes of a block. */
    static Arrival announced(ByteBuf body) {
        String name = Wire.blockName(body);
        Wire.require(body, 4 * Long.BYTES + Integer.BYTES);
        BlockHeader header = new BlockHeader(name, body.readLong(), body.readLong(), body.readLong());
        long digest = body.readLong();
        int length = body.readInt();
        Wire.requireEnd(body);
        if (length < 0 || length > LONGEST_ARRAY) {
            throw new CorruptedFrameException("a block of " + length + " bytes");
        }
        return new Arrival(header, digest, length);
    }

    boolean isComplete() {
        return arrived == length;
    }

    /** Takes the next of its bytes. */
    void add(ByteBuf body) {
        int more = body.readableBytes();
        if (more == 0 || more > length - arrived) {
            throw new CorruptedFrameException(more + " bytes of a block that lacks " + (length - arrived));
        }
        if (arrived + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, (int) Math.min(length, Math.max(2L * bytes.length, arrived + more)));
        }
        body.readBytes(bytes, arrived, more);
        arrived += more;
    }

    /** Returns the block, all of which is here. */
    EncodedBlock block() {
        return new EncodedBlock(header, digest, bytes);
    }
}
