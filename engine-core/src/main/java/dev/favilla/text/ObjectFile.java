package dev.favilla.text;

import dev.favilla.frame.BlockFrame;
import dev.favilla.frame.BlockHeader;
import dev.favilla.frame.Compression;
import dev.favilla.frame.DamagedBlockException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The layout of a file of objects:
 *
 * <pre>
 * magic    8 bytes "FAVOBJ01"
 * records  a frame of chunks, each with its checksum: the records, one after the other
 * contents a frame: form of the serializer | long records | int classes | for each class, its name and its shape
 * end      long length of the records' frame | int length of the contents' frame | 8 bytes "FAVOBJ01"
 * </pre>
 *
 * <p>Texts are an int, the length in bytes, and UTF-8. The contents come last because only then they are known.
 */
final class ObjectFile {

    static final byte[] MAGIC = "FAVOBJ01".getBytes(StandardCharsets.US_ASCII);
    static final int END_BYTES = Long.BYTES + Integer.BYTES + MAGIC.length;
    static final BlockFrame FRAMES = new BlockFrame(Compression.LZ4).withChunks(256 << 10);

    private static final BlockHeader CONTENTS = new BlockHeader("objects_contents", 0, 0, 0);

    private ObjectFile() {}

    /** Names the frame of so many records. */
    static BlockHeader records(long count) {
        return new BlockHeader("objects", 0, 0, count);
    }

    /**
     * What a file says of its records.
     *
     * @param form of the serializer
     * @param records how many there are
     * @param classes what they are made of, in the order of their numbers
     */
    record Contents(String form, long records, List<NamedClass> classes) {

        Contents {
            classes = List.copyOf(classes);
        }

        byte[] frame() throws IOException {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            DataOutputStream out = new DataOutputStream(bytes);
            putText(out, form);
            out.writeLong(records);
            out.writeInt(classes.size());
            for (NamedClass type : classes) {
                putText(out, type.name());
                putText(out, type.shape());
            }
            return FRAMES.wrap(CONTENTS, bytes.toByteArray(), 0, bytes.size());
        }

        /** @throws DamagedBlockException if it is not whole */
        static Contents of(byte[] frame) throws IOException {
            BlockFrame.Payload payload = BlockFrame.open(frame, CONTENTS);
            DataInputStream in =
                    new DataInputStream(new ByteArrayInputStream(payload.bytes(), payload.offset(), payload.length()));
            String form = text(in);
            long records = in.readLong();
            List<NamedClass> classes = new ArrayList<>();
            for (int left = in.readInt(); left > 0; left--) {
                classes.add(new NamedClass(text(in), text(in)));
            }
            return new Contents(form, records, classes);
        }

        private static void putText(DataOutputStream out, String text) throws IOException {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            out.writeInt(bytes.length);
            out.write(bytes);
        }

        private static String text(DataInputStream in) throws IOException {
            return new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8);
        }
    }

    /**
     * A class as it was.
     *
     * @param name as {@link Class#getName} gives it
     * @param shape see {@link dev.favilla.serializer.PortableSerializer#shapeOf}
     */
    record NamedClass(String name, String shape) {}

    static byte[] end(long recordBytes, int contentBytes) {
        return ByteBuffer.allocate(END_BYTES)
                .putLong(recordBytes)
                .putInt(contentBytes)
                .put(MAGIC)
                .array();
    }
}
