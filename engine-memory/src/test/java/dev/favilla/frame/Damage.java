package dev.favilla.frame;

import java.util.Arrays;
import java.util.SplittableRandom;

/** What disks, networks and bugs do to a block. */
public final class Damage {

    private Damage() {}

    /** Returns a damaged copy; by chance it may be equal. */
    public static byte[] of(byte[] frame, byte[] other, SplittableRandom random) {
        byte[] bytes = frame.clone();
        int at = random.nextInt(bytes.length);
        switch (random.nextInt(7)) {
            case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
            case 1 -> bytes = Arrays.copyOf(bytes, at); // cut short
            case 2 -> bytes = Arrays.copyOf(bytes, bytes.length + 1 + random.nextInt(20)); // something behind
            case 3 -> Arrays.fill(bytes, at, at + random.nextInt(bytes.length - at) + 1, (byte) random.nextInt());
            case 4 -> { // two stretches change places
                int to = random.nextInt(bytes.length);
                int length = Math.min(8, bytes.length - Math.max(at, to));
                System.arraycopy(frame, at, bytes, to, length);
                System.arraycopy(frame, to, bytes, at, length);
            }
            case 5 -> { // a stretch is lost
                int gone = 1 + random.nextInt(bytes.length - at);
                System.arraycopy(frame, at + gone, bytes, at, bytes.length - at - gone);
                bytes = Arrays.copyOf(bytes, bytes.length - gone);
            }
            default -> { // the beginning of this one, the end of another
                int cut = Math.min(at, other.length);
                bytes = Arrays.copyOf(frame, other.length);
                System.arraycopy(other, cut, bytes, cut, other.length - cut);
            }
        }
        return bytes;
    }
}
