package dev.favilla.shuffle.hash;

/** Serialized records in a frame on local disk. Whoever reads them gets copies of its own, or finds them gone. */
final class DiskBlock implements Block {

    /** What knowing about a block takes: the object, and a place in a list. */
    static final int INDEX_BYTES = 40;

    private final BlockFile file;
    private final long offset;
    private final int length;
    private final int records;

    DiskBlock(BlockFile file, long offset, int length, int records) {
        this.file = file;
        this.offset = offset;
        this.length = length;
        this.records = records;
    }

    /**
     * Reads the frame, which is not verified.
     *
     * @throws dev.favilla.disk.LocalDiskException if it cannot be read, for example because the output was dropped
     */
    byte[] read() {
        return file.read(offset, length);
    }

    @Override
    public int records() {
        return records;
    }

    @Override
    public long bytes() {
        return length;
    }

    @Override
    public long heldBytes() {
        return INDEX_BYTES;
    }
}
