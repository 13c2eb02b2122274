package dev.favilla.text;

import dev.favilla.attempt.TaskScope;
import dev.favilla.frame.FrameOutput;
import dev.favilla.serializer.PortableSerializer;
import dev.favilla.serializer.RecordCopier;
import dev.favilla.serializer.SerializationException;
import dev.favilla.serializer.Serializer;
import dev.favilla.text.ObjectFile.Contents;
import dev.favilla.text.ObjectFile.NamedClass;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Records as the context's serializer writes them, with what another context needs to read them. */
public final class ObjectPartFormat implements PartFormat {

    private static final long serialVersionUID = 1L;

    @Override
    public RecordWriter open(OutputStream out, TaskScope scope) throws IOException {
        return open(out, RecordCopier.of(scope).serializer());
    }

    static RecordWriter open(OutputStream out, Serializer serializer) throws IOException {
        return new Objects(out, serializer.portable(List.of()));
    }

    /** The same for one file, of which it tells the classes. */
    static final class Noting implements PartFormat {

        private static final long serialVersionUID = 1L;

        private final transient PortableSerializer portable;

        Noting(Serializer serializer) {
            this.portable = serializer.portable(List.of());
        }

        @Override
        public RecordWriter open(OutputStream out, TaskScope scope) throws IOException {
            return new Objects(out, portable);
        }

        List<Class<?>> classes() {
            return portable.classes().get();
        }
    }

    private static final class Objects implements RecordWriter {

        private final OutputStream out;
        private final PortableSerializer portable;
        private final FrameOutput frame;
        private final Serializer.RecordOutput records;
        private long count;

        Objects(OutputStream out, PortableSerializer portable) throws IOException {
            this.out = out;
            this.portable = portable;
            out.write(ObjectFile.MAGIC);
            this.frame = ObjectFile.FRAMES.output(out, ObjectFile.records(0));
            this.records = portable.serializer().open(frame);
        }

        @Override
        public void write(@Nullable Object record) throws IOException {
            try {
                records.write(record);
            } catch (UncheckedIOException e) {
                throw e.getCause();
            }
            count++;
        }

        /** @throws SerializationException if the last records cannot be written */
        @Override
        public void finish() throws IOException {
            try {
                records.close();
            } catch (UncheckedIOException e) {
                throw e.getCause();
            }
            long recordBytes = frame.finish(count);
            List<NamedClass> classes = portable.classes().get().stream()
                    .map(type -> new NamedClass(type.getName(), PortableSerializer.shapeOf(type)))
                    .toList();
            byte[] contents = new Contents(portable.form(), count, classes).frame();
            out.write(contents);
            out.write(ObjectFile.end(recordBytes, contents.length));
            out.flush();
        }
    }
}
