package dev.favilla.shuffle.transfer.netty;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.storage.EncodedBlock;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.CorruptedFrameException;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * What two executors say to each other, byte by byte.
 *
 * <pre>{@code
 * to a server   = secret { frame }
 * to a client   = { frame }
 * secret        = 32 bytes
 * frame         = length:int version:byte type:byte request:int body      length is that of what follows it
 *
 * HELLO         = incarnation:long name:text         whom the client asks; first, and once
 * SHUFFLE       = shuffle:int reducer:int count:int { map:int attempt:long from:int }
 * CACHED        = dataset:int partition:int version:long
 * BROADCAST     = id:long
 * RESULT        = attempt:long
 * CANCEL        =                                    nobody waits for the answer any more
 *
 * OUTPUT        = blocks:int                         -1 if it is not there; one for each that was asked for
 * BLOCK         = id:text attempt:long version:long records:long digest:long length:int
 * DATA          = bytes                              of the last BLOCK
 * END           =                                    of the answer
 * BUSY          =                                    the answer is being made
 * FAILED        = kind:byte reason:text              instead of the rest of it
 *
 * text          = length:short UTF-8
 * }</pre>
 *
 * <p>Numbers are big-endian. No frame is longer than is said here, and what is longer ends its connection before there is
 * room for it. No class is named, and no object is read.
 */
final class Wire {

    static final int SECRET_BYTES = 32;
    static final byte VERSION = 1;

    static final byte HELLO = 1;
    static final byte SHUFFLE = 2;
    static final byte CACHED = 3;
    static final byte CANCEL = 4;
    static final byte BROADCAST = 5;
    static final byte RESULT = 6;

    static final byte OUTPUT = 11;
    static final byte BLOCK = 12;
    static final byte DATA = 13;
    static final byte END = 14;
    static final byte BUSY = 15;
    static final byte FAILED = 16;

    static final int LENGTH_BYTES = 4;
    static final int HEAD_BYTES = 1 + 1 + 4;
    static final int CHUNK_BYTES = 128 << 10;

    /** So many map outputs may be asked for at once. */
    static final int MOST_OUTPUTS = 1024;

    static final int LONGEST_REQUEST = 16 << 10;
    static final int LONGEST_RESPONSE = HEAD_BYTES + CHUNK_BYTES;

    private static final int LONGEST_NAME = 255;
    private static final int LONGEST_REASON = 4096;

    /** What a block is called: {@code shuffle_3_7_1}, {@code shuffle_3_7_1.2}, {@code rdd_5_0}, {@code broadcast_4}, {@code result_12}. */
    private static final Pattern BLOCK_NAMES =
            Pattern.compile("(shuffle|rdd|broadcast|result)(_[0-9]{1,19}){1,3}(\\.[0-9]{1,10})?");

    private Wire() {}

    /** Returns what cuts bytes into frames of at most {@code longest} bytes, their length aside. */
    static LengthFieldBasedFrameDecoder frames(int longest) {
        return new LengthFieldBasedFrameDecoder(LENGTH_BYTES + longest, 0, LENGTH_BYTES, 0, LENGTH_BYTES);
    }

    /** What every frame begins with. */
    record Head(byte type, int request) {}

    /** Reads what a frame begins with, and leaves its body. */
    static Head head(ByteBuf frame) {
        require(frame, HEAD_BYTES);
        byte version = frame.readByte();
        if (version != VERSION) {
            throw new CorruptedFrameException("version " + version + ", expected " + VERSION);
        }
        return new Head(frame.readByte(), frame.readInt());
    }

    /** Begins a frame, to be {@linkplain #finish finished}. */
    static ByteBuf begin(ByteBufAllocator buffers, byte type, int request, int bodyBytes) {
        ByteBuf frame = buffers.heapBuffer(LENGTH_BYTES + HEAD_BYTES + bodyBytes);
        return frame.writeInt(0).writeByte(VERSION).writeByte(type).writeInt(request);
    }

    /** Puts the length of a frame where it belongs. */
    static ByteBuf finish(ByteBuf frame) {
        return frame.setInt(0, frame.readableBytes() - LENGTH_BYTES);
    }

    /** Returns a frame without a body. */
    static ByteBuf bare(ByteBufAllocator buffers, byte type, int request) {
        return finish(begin(buffers, type, request, 0));
    }

    static ByteBuf hello(ByteBufAllocator buffers, ExecutorId executor) {
        ByteBuf frame = begin(
                buffers, HELLO, 0, Long.BYTES + Short.BYTES + executor.name().length());
        frame.writeLong(executor.incarnation());
        putText(frame, executor.name(), LONGEST_NAME);
        return finish(frame);
    }

    static ExecutorId hello(ByteBuf body) {
        require(body, Long.BYTES);
        long incarnation = body.readLong();
        return new ExecutorId(text(body, LONGEST_NAME), incarnation);
    }

    static ByteBuf failed(ByteBufAllocator buffers, int request, Failure failure) {
        ByteBuf frame = begin(
                buffers,
                FAILED,
                request,
                Byte.BYTES + Short.BYTES + failure.reason().length());
        frame.writeByte(failure.kind().code());
        putText(frame, failure.reason(), LONGEST_REASON);
        return finish(frame);
    }

    static Failure failed(ByteBuf body) {
        require(body, Byte.BYTES);
        Failure.Kind kind = Failure.Kind.of(body.readByte());
        return new Failure(kind, text(body, LONGEST_REASON));
    }

    /** @param blocks how many there are, or -1 if the output is not there */
    static ByteBuf output(ByteBufAllocator buffers, int request, int blocks) {
        return finish(begin(buffers, OUTPUT, request, Integer.BYTES).writeInt(blocks));
    }

    /** Returns what goes before the bytes of a block. */
    static ByteBuf block(ByteBufAllocator buffers, int request, EncodedBlock block) {
        String name = block.header().blockId();
        ByteBuf frame = begin(buffers, BLOCK, request, Short.BYTES + name.length() + 4 * Long.BYTES + Integer.BYTES);
        putText(frame, name, LONGEST_NAME);
        frame.writeLong(block.header().attemptId())
                .writeLong(block.header().inputVersion())
                .writeLong(block.header().recordCount())
                .writeLong(block.digest())
                .writeInt(block.frame().length);
        return finish(frame);
    }

    /** Returns a part of a block's bytes, which are not copied. */
    static ByteBuf data(ByteBufAllocator buffers, int request, byte[] bytes, int offset, int length) {
        ByteBuf head = begin(buffers, DATA, request, 0).setInt(0, HEAD_BYTES + length);
        return buffers.compositeHeapBuffer(2).addComponents(true, head, Unpooled.wrappedBuffer(bytes, offset, length));
    }

    /** Returns the name of a block, of which nothing is believed but that it could be one. */
    static String blockName(ByteBuf body) {
        String name = text(body, LONGEST_NAME);
        if (!BLOCK_NAMES.matcher(name).matches()) {
            throw new CorruptedFrameException("a block with a name of " + name.length() + " characters that none has");
        }
        return name;
    }

    private static void putText(ByteBuf frame, String text, int longest) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int length = Math.min(bytes.length, longest);
        frame.writeShort(length).writeBytes(bytes, 0, length);
    }

    private static String text(ByteBuf body, int longest) {
        require(body, Short.BYTES);
        int length = body.readUnsignedShort();
        if (length > longest) {
            throw new CorruptedFrameException("a text of " + length + " bytes, expected at most " + longest);
        }
        require(body, length);
        return body.readCharSequence(length, StandardCharsets.UTF_8).toString();
    }

    /** Checks that so many bytes are there. */
    static void require(ByteBuf body, int bytes) {
        if (body.readableBytes() < bytes) {
            throw new CorruptedFrameException(
                    "a frame ends " + (bytes - body.readableBytes()) + " bytes before what should be in it");
        }
    }

    /** Checks that nothing is left of a frame. */
    static void requireEnd(ByteBuf body) {
        if (body.isReadable()) {
            throw new CorruptedFrameException(body.readableBytes() + " bytes too many in a frame");
        }
    }
}
