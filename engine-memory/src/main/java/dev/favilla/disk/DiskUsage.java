package dev.favilla.disk;

/**
 * What lies on disk at one moment.
 *
 * @param files finished files and files being written
 * @param bytes their length
 */
public record DiskUsage(int files, long bytes) {

    /** Nothing. */
    public static final DiskUsage NONE = new DiskUsage(0, 0);

    /** Returns what lies here and elsewhere. */
    public DiskUsage plus(DiskUsage other) {
        return new DiskUsage(files + other.files, bytes + other.bytes);
    }
}
