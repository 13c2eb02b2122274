package dev.favilla.rdd;

import dev.favilla.attempt.Metric;
import dev.favilla.attempt.TaskMetrics;
import dev.favilla.lineage.Cursor;
import dev.favilla.lineage.HoldsRecords;
import dev.favilla.lineage.Sink;
import dev.favilla.lineage.TaskInputs;
import dev.favilla.serializer.Serializer;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** As bytes, slice by slice: each attempt reads copies of its own, one by one, as they were when they were packed. */
final class PackedElements implements HoldsRecords.Packed {

    private static final long serialVersionUID = 1L;

    private final List<Slice> slices;

    PackedElements(List<Slice> slices) {
        this.slices = List.copyOf(slices);
    }

    @Override
    public long size() {
        return slices.stream().mapToLong(slice -> slice.bytes.length).sum();
    }

    @Override
    public Elements unpack(Serializer records) {
        return new Copies(this, records);
    }

    /** What stands in a copy of the dataset; written again, the bytes are what they were. */
    private record Copies(PackedElements packed, Serializer records) implements Elements {

        @Override
        public List<@Nullable Object> slice(int index) {
            Slice slice = packed.slices.get(index);
            List<@Nullable Object> elements = new ArrayList<>(slice.elements);
            try (Serializer.RecordInput in = records.open(slice.bytes, 0, slice.bytes.length)) {
                for (int i = 0; i < slice.elements; i++) {
                    elements.add(in.read());
                }
            }
            return elements;
        }

        @Override
        public Cursor open(int slice, TaskInputs inputs) {
            return new SliceCursor(packed.slices.get(slice), records, inputs);
        }

        @Override
        public Packed pack(Serializer same) {
            return packed;
        }
    }

    /** The elements of one slice. */
    static final class Slice implements Serializable {

        private static final long serialVersionUID = 1L;

        /** Every empty one: there may be millions. */
        static final Slice EMPTY = new Slice(0, new byte[0]);

        private final int elements;
        private final byte[] bytes;

        Slice(int elements, byte[] bytes) {
            this.elements = elements;
            this.bytes = bytes;
        }
    }

    private static final class SliceCursor implements Cursor {

        private final Serializer.RecordInput in;
        private final TaskMetrics metrics;
        private int left;

        SliceCursor(Slice slice, Serializer records, TaskInputs inputs) {
            this.in = records.open(slice.bytes, 0, slice.bytes.length);
            this.left = slice.elements;
            this.metrics = inputs.scope().metrics();
        }

        @Override
        public boolean drive(Sink sink, int max) throws Exception {
            int before = left;
            int stop = Math.max(0, left - max);
            boolean wanted = true;
            while (left > stop && wanted) {
                left--;
                wanted = sink.push(in.read());
            }
            metrics.add(Metric.RECORDS_READ, before - left);
            return wanted && left > 0;
        }

        @Override
        public void close() {
            in.close();
        }
    }
}
