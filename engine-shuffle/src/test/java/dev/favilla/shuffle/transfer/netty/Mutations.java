package dev.favilla.shuffle.transfer.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.SplittableRandom;

/** Makes mistakes in what one side says. */
final class Mutations {

    private Mutations() {}

    /** Returns {@code right} with some bytes changed, left out or put in, or cut off; releases it. */
    static ByteBuf of(SplittableRandom random, ByteBuf right) {
        byte[] bytes = new byte[right.readableBytes()];
        right.readBytes(bytes);
        right.release();
        for (int i = random.nextInt(4); i > 0 && bytes.length > 1; i--) {
            int at = random.nextInt(bytes.length);
            bytes = switch (random.nextInt(5)) {
                case 0 -> changed(bytes, at, (byte) random.nextInt(256));
                case 1 -> changed(bytes, at, (byte) (bytes[at] ^ 1 << random.nextInt(8)));
                case 2 -> java.util.Arrays.copyOf(bytes, at);
                case 3 -> spliced(bytes, at, new byte[0], random.nextInt(1, 9));
                default -> spliced(bytes, at, random(random), 0);
            };
        }
        return Unpooled.wrappedBuffer(bytes);
    }

    private static byte[] changed(byte[] bytes, int at, byte value) {
        byte[] changed = bytes.clone();
        changed[at] = value;
        return changed;
    }

    private static byte[] random(SplittableRandom random) {
        byte[] some = new byte[random.nextInt(1, 40)];
        random.nextBytes(some);
        return some;
    }

    private static byte[] spliced(byte[] bytes, int at, byte[] with, int without) {
        int rest = Math.max(0, bytes.length - at - without);
        byte[] spliced = new byte[at + with.length + rest];
        System.arraycopy(bytes, 0, spliced, 0, at);
        System.arraycopy(with, 0, spliced, at, with.length);
        System.arraycopy(bytes, bytes.length - rest, spliced, at + with.length, rest);
        return spliced;
    }
}
