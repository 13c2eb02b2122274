package dev.favilla.shuffle.transfer.netty;

import io.netty.channel.ChannelId;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.SplittableRandom;

/**
 * Names a channel. Netty's own ids look for network interfaces, and log a warning where there are none, which are no
 * concern of channels that stay on the machine.
 */
final class QuietChannelId implements ChannelId {

    private static final long serialVersionUID = 1L;

    private static final Comparator<ChannelId> BY_TEXT = Comparator.comparing(ChannelId::asLongText);

    private final long bits = new SplittableRandom().nextLong(); // no secret

    @Override
    public String asShortText() {
        return asLongText();
    }

    @Override
    public String asLongText() {
        return HexFormat.of().toHexDigits(bits);
    }

    @Override
    public int compareTo(ChannelId other) {
        return BY_TEXT.compare(this, other);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof QuietChannelId id && id.bits == bits;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(bits);
    }

    @Override
    public String toString() {
        return asShortText();
    }
}
