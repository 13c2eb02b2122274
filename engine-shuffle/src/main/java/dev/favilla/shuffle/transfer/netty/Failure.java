package dev.favilla.shuffle.transfer.netty;

import dev.favilla.disk.LocalDiskException;
import dev.favilla.serializer.SerializationException;
import dev.favilla.shuffle.BlockTransferException;
import io.netty.handler.codec.CorruptedFrameException;

/**
 * Why an executor did not give what it was asked for, in words: exceptions do not travel.
 *
 * @param kind what to make of it
 * @param reason for people
 */
record Failure(Kind kind, String reason) {

    /** What whoever asked has to tell apart. */
    enum Kind {

        /** The block cannot be had now; computing it again may help. */
        NOT_FETCHED(1),

        /** A record cannot be turned into bytes, which another run would not change. */
        NOT_SERIALIZABLE(2),

        /** It lies on a disk that cannot be read. */
        NOT_READ(3);

        private final int code;

        Kind(int code) {
            this.code = code;
        }

        int code() {
            return code;
        }

        static Kind of(byte code) {
            for (Kind kind : values()) {
                if (kind.code == code) {
                    return kind;
                }
            }
            throw new CorruptedFrameException("a failure of kind " + code);
        }
    }

    static Failure notFetched(String reason) {
        return new Failure(Kind.NOT_FETCHED, reason);
    }

    /** Returns what is told of something that was thrown while a block was made. */
    static Failure of(Throwable thrown) {
        if (thrown instanceof SerializationException) {
            return new Failure(Kind.NOT_SERIALIZABLE, told(thrown));
        }
        if (thrown instanceof LocalDiskException) {
            return new Failure(Kind.NOT_READ, told(thrown));
        }
        return notFetched(
                "that executor could not give it: " + thrown.getClass().getName() + ": " + told(thrown));
    }

    /** What was thrown may be the user's, and may throw when it is asked for its words. */
    private static String told(Throwable thrown) {
        try {
            return String.valueOf(thrown.getMessage());
        } catch (RuntimeException | StackOverflowError e) {
            return "it has no words for it";
        }
    }

    /** Returns what whoever waits has to be told, as an exception of its own thread. */
    BlockTransferException thrown() {
        return switch (kind) {
            case NOT_FETCHED -> new BlockTransferException(reason);
            case NOT_SERIALIZABLE -> throw new SerializationException(reason, null);
            case NOT_READ -> throw new LocalDiskException(reason, null);
        };
    }
}
