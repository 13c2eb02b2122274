package dev.favilla.text;

import dev.favilla.attempt.TaskScope;
import dev.favilla.frame.BlockFrame;
import dev.favilla.frame.DamagedBlockException;
import dev.favilla.serializer.PortableSerializer;
import dev.favilla.serializer.RecordCopier;
import dev.favilla.serializer.SerializationException;
import dev.favilla.serializer.Serializer;
import dev.favilla.text.InputFiles.InputFile;
import dev.favilla.text.ObjectFile.Contents;
import dev.favilla.text.ObjectFile.NamedClass;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Records that {@link ObjectPartFormat} has written, of one file in each partition. */
public final class ObjectFormat extends FileFormat {

    private static final long serialVersionUID = 1L;

    private static final int LARGEST_CONTENTS = 64 << 20;

    private final KnownClasses known;

    /** @param classes what records are made of, beside what is known anyway; what they refer to is found */
    public ObjectFormat(List<Class<?>> classes, InputLimits limits) {
        super(limits);
        this.known = KnownClasses.of(classes);
    }

    @Override
    String kind() {
        return "ObjectFileRDD";
    }

    @Override
    String unit() {
        return "records";
    }

    @Override
    List<List<FileSplit>> cut(List<InputFile> files, int minPartitions) {
        return FileCuts.onePerFile(files);
    }

    @Override
    SplitReader open(FileSplit split, TaskScope scope) throws IOException {
        return open(split, RecordCopier.of(scope).serializer());
    }

    SplitReader open(FileSplit split, Serializer serializer) throws IOException {
        split.requireUnchanged();
        SeekableByteChannel file = Files.newByteChannel(split.path());
        try {
            return open(split, file, serializer);
        } catch (IOException | RuntimeException | Error e) {
            file.close();
            throw e;
        }
    }

    private SplitReader open(FileSplit split, SeekableByteChannel file, Serializer serializer) throws IOException {
        String name = split.file();
        long size = file.size();
        long least = ObjectFile.MAGIC.length + (long) ObjectFile.END_BYTES;
        if (size < least || !Arrays.equals(bytes(file, 0, ObjectFile.MAGIC.length), ObjectFile.MAGIC)) {
            throw ObjectFileException.noObjects(name);
        }
        ByteBuffer end = ByteBuffer.wrap(bytes(file, size - ObjectFile.END_BYTES, ObjectFile.END_BYTES));
        long recordBytes = end.getLong();
        int contentBytes = end.getInt();
        boolean whole = recordBytes >= 0
                && contentBytes >= 0
                && contentBytes <= LARGEST_CONTENTS
                && recordBytes == size - least - contentBytes
                && Arrays.equals(Arrays.copyOfRange(end.array(), end.position(), end.capacity()), ObjectFile.MAGIC);
        if (!whole) {
            throw ObjectFileException.damaged(name, "its end is not that of an object file; was it cut short?", null);
        }
        try {
            Contents contents = Contents.of(bytes(file, ObjectFile.MAGIC.length + recordBytes, contentBytes));
            PortableSerializer portable = serializer.portable(resolve(name, contents));
            if (!portable.form().equals(contents.form())) {
                throw ObjectFileException.otherSerializer(name, contents.form(), portable.form());
            }
            file.position(ObjectFile.MAGIC.length);
            return new Objects(name, Channels.newInputStream(file), recordBytes, contents.records(), portable);
        } catch (DamagedBlockException e) {
            throw ObjectFileException.damaged(name, e.getMessage(), e);
        }
    }

    private List<Class<?>> resolve(String file, Contents contents) {
        List<Class<?>> classes = new ArrayList<>();
        for (NamedClass named : contents.classes()) {
            Class<?> type = known.named(named.name());
            if (type == null) {
                throw ObjectFileException.unknownClass(file, named.name());
            }
            String shape = PortableSerializer.shapeOf(type);
            if (!shape.equals(named.shape())) {
                throw ObjectFileException.changedClass(file, named, shape);
            }
            classes.add(type);
        }
        return classes;
    }

    private static byte[] bytes(SeekableByteChannel file, long position, int length) throws IOException {
        file.position(position);
        return Channels.newInputStream(file).readNBytes(length);
    }

    /** Reads as many records as the file says it has. */
    private static final class Objects implements SplitReader {

        private final String file;
        private final InputStream in;
        private final InputStream frame;
        private final Serializer.RecordInput records;
        private final long frameBytes;
        private long left;
        private boolean counted;

        Objects(String file, InputStream in, long frameBytes, long count, PortableSerializer portable) {
            this.file = file;
            this.in = in;
            this.frameBytes = frameBytes;
            this.left = count;
            this.frame = BlockFrame.input(in, frameBytes, ObjectFile.records(count));
            this.records = portable.serializer().open(frame);
        }

        @Override
        public @Nullable Object next() throws IOException {
            try {
                if (left == 0) {
                    requireEnd();
                    return END;
                }
                left--;
                return records.read();
            } catch (UncheckedIOException e) {
                throw e.getCause();
            } catch (DamagedBlockException e) {
                throw ObjectFileException.damaged(file, e.getMessage(), e);
            } catch (SerializationException e) {
                throw ObjectFileException.damaged(file, "a record cannot be read: " + e.getMessage(), e);
            }
        }

        /** The end of a frame is verified only where it is read. */
        private void requireEnd() throws IOException {
            if (frame.read() >= 0) {
                throw ObjectFileException.damaged(file, "it goes on behind its last record", null);
            }
        }

        @Override
        public boolean hasTrailingGarbage() {
            return false;
        }

        @Override
        public long takeBytesRead() {
            long taken = counted ? 0 : frameBytes;
            counted = true;
            return taken;
        }

        @Override
        public void close() throws IOException {
            records.close();
            in.close();
        }
    }
}
