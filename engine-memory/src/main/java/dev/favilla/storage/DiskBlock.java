package dev.favilla.storage;

import dev.favilla.attempt.TaskScope;
import dev.favilla.disk.DiskFile;
import dev.favilla.frame.BlockFrame;
import dev.favilla.frame.BlockHeader;
import dev.favilla.serializer.Serializer;
import dev.favilla.serializer.Serializer.RecordInput;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/** A block in a file of its own: framed, of any length, and read as a stream. Takes no memory. */
final class DiskBlock extends StoredBlock {

    private static final int BUFFER_BYTES = 64 << 10;

    private final DiskFile file;

    DiskBlock(PublishedBlock summary, BlockHeader header, DiskFile file) {
        super(summary, header, 0, false);
        this.file = file;
    }

    /**
     * Reads the file once from its beginning to its end before it hands out a record: what is missing or damaged must be
     * found while the partition can still be computed instead.
     */
    @Override
    CachedBlock open(Serializer serializer, TaskScope scope, Runnable unreadable) {
        try (InputStream bytes = new BufferedInputStream(file.open(), BUFFER_BYTES)) {
            BlockFrame.verify(bytes, file.bytes(), header(), scope::checkKilled);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read cached block " + id(), e);
        }
        return new FramedRecords(() -> records(serializer), summary(), scope, unreadable);
    }

    private RecordInput records(Serializer serializer) {
        return serializer.open(content());
    }

    private InputStream content() {
        InputStream bytes = file.open();
        try {
            return BlockFrame.input(new BufferedInputStream(bytes, BUFFER_BYTES), file.bytes(), header());
        } catch (RuntimeException | Error e) {
            closeAfter(e, bytes);
            throw e;
        }
    }

    private static void closeAfter(Throwable failure, InputStream bytes) {
        try {
            bytes.close();
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    @Override
    byte @Nullable [] encode(Serializer serializer, BlockFrame frames) {
        if (file.bytes() > LARGEST_EXPORT_BYTES) {
            return null;
        }
        try (InputStream bytes = file.open()) {
            return bytes.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read cached block " + id(), e);
        }
    }

    @Override
    void writeTo(BlockFile to, BlockFrame frames, Serializer serializer) {
        throw new IllegalStateException("Block " + id() + " is on disk already");
    }

    @Override
    long diskBytes() {
        return file.bytes();
    }

    @Override
    void discard() {
        DiskStore.quietly(id(), file::deleteSoon);
    }
}
