package dev.favilla.lineage;

import dev.favilla.serializer.GraphReader;
import dev.favilla.serializer.GraphWriter;
import dev.favilla.serializer.ObjectGraph;
import dev.favilla.serializer.SerializationException;
import dev.favilla.serializer.Serializer;
import dev.favilla.shuffle.RangePartitioner;
import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A dataset, what its stage computes it from, and what is to be done with it, as bytes: what an isolated executor is
 * told. Written once, on the thread that submits the job; read once per executor and stage attempt. Datasets beyond a
 * shuffle do not belong to the stage: a copy knows their names and sizes only.
 *
 * <p>Datasets are written one by one, parents first, so that each refers to what the stream has seen already. Neither
 * writing nor reading recurses along the lineage, however long it is.
 *
 * <p>Serializable itself: another process reads it with a serializer of its own.
 *
 * <p><b>Threads.</b> Immutable.
 */
public final class LineageBinary implements Serializable {

    private static final long serialVersionUID = 1L;

    private final String target;
    private final ObjectGraph objects;
    private final List<HoldsRecords.Packed> packed;
    private final transient @Nullable Serializer records;

    private LineageBinary(String target, ObjectGraph objects, List<HoldsRecords.Packed> packed, Serializer records) {
        this.target = target;
        this.objects = objects;
        this.packed = List.copyOf(packed);
        this.records = records;
    }

    /**
     * Writes {@code target} and its narrow ancestors, and then {@code work}. Their partitions are counted first: an
     * executor does not look at the world again.
     *
     * @param work may refer to the datasets, as a {@link ShuffleDependency} does
     * @param records writes the records in {@link HoldsRecords}
     * @throws SerializationException if anything in them cannot be written; says what and where
     */
    public static LineageBinary of(LineageNode target, Serializable work, Serializer records) {
        Collection<LineageNode> nodes = stageOf(target);
        Object writing = target;
        Writer writer = null;
        try {
            writer = new Writer(nodes, records);
            writer.writeInt(nodes.size());
            for (LineageNode node : nodes) {
                writing = node;
                writer.writeObject(node);
            }
            writing = work;
            writer.writeObject(target);
            writer.writeObject(work);
            return new LineageBinary(target.toString(), writer.finish(), writer.packed, records);
        } catch (Throwable t) { // writeObject of the user's classes may throw anything, undeclared checked ones too
            if (t instanceof OutOfMemoryError error) {
                throw error;
            }
            throw notWritten(target, writing, writer, t);
        }
    }

    /** Returns the datasets that are computed in one task with {@code target}, parents first; all know their size. */
    private static Collection<LineageNode> stageOf(LineageNode target) {
        Collection<LineageNode> found = Lineage.parentsFirst(target, NarrowDependency.class::isInstance);
        found.forEach(LineageNode::numPartitions);
        return found;
    }

    private static SerializationException notWritten(
            LineageNode target, Object writing, @Nullable Writer writer, Throwable failure) {
        String what = "Cannot send " + target + " to executors: ";
        if (failure instanceof SerializationException records) {
            String holder = writing instanceof LineageNode ? "a record of " + writing : "a value of its action";
            return new SerializationException(what + holder + ": " + records.getMessage(), records.getCause());
        }
        boolean told = writing instanceof LineageNode || writing instanceof ShuffleDependency;
        String part = writing == target ? "it" : told ? writing.toString() : "its action";
        if (writer == null) {
            return new SerializationException(what + failure, failure);
        }
        GraphWriter.Refusal refusal = writer.refusal(writing, failure);
        return new SerializationException(what + part + " " + refusal.reason() + " Path: " + refusal.path(), failure);
    }

    /** Returns how many bytes there are. */
    public long size() {
        return objects.size()
                + packed.stream().mapToLong(HoldsRecords.Packed::size).sum();
    }

    /**
     * Returns copies of what was written, in the process that wrote it.
     *
     * @throws SerializationException if it cannot be read back
     */
    public Content read() {
        Serializer own = records;
        if (own == null) {
            throw new IllegalStateException(
                    this + " came from another process: say which serializer reads its records");
        }
        return read(own);
    }

    /**
     * Returns copies of what was written.
     *
     * @param serializer reads the records in it
     * @throws SerializationException if it cannot be read back
     */
    public Content read(Serializer serializer) {
        try (Reader reader = new Reader(objects, packed, serializer)) {
            int nodes = reader.readInt();
            for (int i = 0; i < nodes; i++) {
                reader.readObject(); // kept by the stream, for those that refer to it
            }
            return new Content((LineageNode) reader.readObject(), (Serializable) reader.readObject());
        } catch (Throwable t) { // readObject of the user's classes may throw anything, undeclared checked ones too
            if (t instanceof OutOfMemoryError error) {
                throw error;
            }
            throw new SerializationException(
                    "Cannot read " + target + " in an executor: " + ErrorText.of(t) + ". It was written but cannot be"
                            + " read back; look at readObject, readResolve and at superclasses that are not"
                            + " serializable.",
                    t);
        }
    }

    @Override
    public String toString() {
        return target + " in " + size() + " bytes";
    }

    /**
     * What was written.
     *
     * @param target the dataset
     * @param work what to do with it
     */
    public record Content(LineageNode target, Serializable work) {}

    /** Stands for records that were packed, by their number. */
    private record PackedNumber(int number) implements Serializable {}

    private static final class Writer extends GraphWriter {

        private final Map<Integer, LineageNode> stage = new HashMap<>();
        private final Map<Integer, LineageNode> beyond = new HashMap<>();
        private final List<HoldsRecords.Packed> packed = new ArrayList<>();
        private final Serializer records;

        Writer(Collection<LineageNode> nodes, Serializer records) throws IOException {
            nodes.forEach(node -> stage.put(node.id(), node));
            this.records = records;
        }

        @Override
        protected Object replace(Object object) {
            if (object instanceof LineageNode node) {
                return stage.containsKey(node.id())
                        ? node
                        : beyond.computeIfAbsent(node.id(), id -> BeyondShuffle.standInFor(node));
            }
            if (object instanceof HoldsRecords holder) {
                return packed(holder.pack(records));
            }
            if (object instanceof RangePartitioner ranges) { // of a module below, which knows no lineage
                return packed(new PackedRanges(ranges, records));
            }
            return object;
        }

        private PackedNumber packed(HoldsRecords.Packed part) {
            packed.add(part);
            return new PackedNumber(packed.size() - 1);
        }
    }

    private static final class Reader extends GraphReader {

        private final List<HoldsRecords.Packed> packed;
        private final Serializer records;

        Reader(ObjectGraph objects, List<HoldsRecords.Packed> packed, Serializer records) throws IOException {
            super(objects);
            this.packed = packed;
            this.records = records;
        }

        @Override
        protected Object resolve(Object object) throws IOException {
            if (!(object instanceof PackedNumber place)) {
                return object;
            }
            if (place.number() < 0 || place.number() >= packed.size()) {
                throw new InvalidObjectException("There are no records number " + place.number());
            }
            return packed.get(place.number()).unpack(records);
        }
    }
}
