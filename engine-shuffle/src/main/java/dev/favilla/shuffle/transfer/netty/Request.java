package dev.favilla.shuffle.transfer.netty;

import dev.favilla.shuffle.BlockServer;
import dev.favilla.storage.BlockId;
import dev.favilla.storage.EncodedBlock;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.CorruptedFrameException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What one executor asks of another: several things of a kind, each of which is there or not. */
sealed interface Request {

    /** Returns how many things are asked for. */
    int size();

    /** Has a server make one of them, which may take as long as it takes. */
    Optional<List<EncodedBlock>> ask(BlockServer server, int index);

    /** Returns the frame that says so. */
    ByteBuf encode(ByteBufAllocator buffers, int request);

    /** Reads a request whose head was read. */
    static Request decode(byte type, ByteBuf body) {
        return switch (type) {
            case Wire.SHUFFLE -> Outputs.decode(body);
            case Wire.CACHED -> Cached.decode(body);
            case Wire.BROADCAST -> Broadcast.decode(body);
            case Wire.RESULT -> Result.decode(body);
            default -> throw new CorruptedFrameException("a request of type " + type);
        };
    }

    /**
     * One map output of several.
     *
     * @param from the number of the first of its blocks that is wanted
     */
    record Output(int mapPartition, long attemptId, int from) {

        static final int BYTES = 2 * Integer.BYTES + Long.BYTES;
    }

    /** What map outputs of one shuffle have for one reducer. */
    record Outputs(int shuffleId, int reducer, List<Output> outputs) implements Request {

        private static final int HEAD_BYTES = 3 * Integer.BYTES;

        public Outputs {
            outputs = List.copyOf(outputs);
        }

        @Override
        public int size() {
            return outputs.size();
        }

        @Override
        public Optional<List<EncodedBlock>> ask(BlockServer server, int index) {
            Output output = outputs.get(index);
            return server.shuffleBlocks(shuffleId, output.mapPartition(), output.attemptId(), reducer, output.from());
        }

        @Override
        public ByteBuf encode(ByteBufAllocator buffers, int request) {
            ByteBuf frame = Wire.begin(buffers, Wire.SHUFFLE, request, HEAD_BYTES + outputs.size() * Output.BYTES);
            frame.writeInt(shuffleId).writeInt(reducer).writeInt(outputs.size());
            for (Output output : outputs) {
                frame.writeInt(output.mapPartition())
                        .writeLong(output.attemptId())
                        .writeInt(output.from());
            }
            return Wire.finish(frame);
        }

        private static Outputs decode(ByteBuf body) {
            Wire.require(body, HEAD_BYTES);
            int shuffleId = body.readInt();
            int reducer = body.readInt();
            int count = body.readInt();
            if (count < 1 || count > Wire.MOST_OUTPUTS || reducer < 0) {
                throw new CorruptedFrameException("asks for " + count + " map outputs for reducer " + reducer);
            }
            Wire.require(body, count * Output.BYTES);
            List<Output> outputs = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                Output output = new Output(body.readInt(), body.readLong(), body.readInt());
                if (output.from() < 0) {
                    throw new CorruptedFrameException("asks for blocks from number " + output.from() + " on");
                }
                outputs.add(output);
            }
            Wire.requireEnd(body);
            return new Outputs(shuffleId, reducer, outputs);
        }
    }

    /** A cached block. */
    record Cached(BlockId id, long inputVersion) implements Request {

        private static final int BYTES = 2 * Integer.BYTES + Long.BYTES;

        @Override
        public int size() {
            return 1;
        }

        @Override
        public Optional<List<EncodedBlock>> ask(BlockServer server, int index) {
            return server.cachedBlock(id, inputVersion).map(List::of);
        }

        @Override
        public ByteBuf encode(ByteBufAllocator buffers, int request) {
            ByteBuf frame = Wire.begin(buffers, Wire.CACHED, request, BYTES);
            return Wire.finish(
                    frame.writeInt(id.rddId()).writeInt(id.partition()).writeLong(inputVersion));
        }

        private static Cached decode(ByteBuf body) {
            Wire.require(body, BYTES);
            Cached cached = new Cached(new BlockId(body.readInt(), body.readInt()), body.readLong());
            Wire.requireEnd(body);
            return cached;
        }
    }

    /** A broadcast of the driver's. */
    record Broadcast(long id) implements Request {

        @Override
        public int size() {
            return 1;
        }

        @Override
        public Optional<List<EncodedBlock>> ask(BlockServer server, int index) {
            return server.broadcast(id).map(List::of);
        }

        @Override
        public ByteBuf encode(ByteBufAllocator buffers, int request) {
            return Wire.finish(
                    Wire.begin(buffers, Wire.BROADCAST, request, Long.BYTES).writeLong(id));
        }

        private static Broadcast decode(ByteBuf body) {
            Wire.require(body, Long.BYTES);
            Broadcast broadcast = new Broadcast(body.readLong());
            Wire.requireEnd(body);
            return broadcast;
        }
    }

    /** A task's result. */
    record Result(long attemptId) implements Request {

        @Override
        public int size() {
            return 1;
        }

        @Override
        public Optional<List<EncodedBlock>> ask(BlockServer server, int index) {
            return server.result(attemptId).map(List::of);
        }

        @Override
        public ByteBuf encode(ByteBufAllocator buffers, int request) {
            return Wire.finish(
                    Wire.begin(buffers, Wire.RESULT, request, Long.BYTES).writeLong(attemptId));
        }

        private static Result decode(ByteBuf body) {
            Wire.require(body, Long.BYTES);
            Result result = new Result(body.readLong());
            Wire.requireEnd(body);
            return result;
        }
    }
}
