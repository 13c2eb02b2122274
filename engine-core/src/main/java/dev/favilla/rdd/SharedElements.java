package dev.favilla.rdd;

import dev.favilla.lineage.Cursor;
import dev.favilla.lineage.HoldsRecords;
import dev.favilla.lineage.Sink;
import dev.favilla.lineage.TaskInputs;
import dev.favilla.memory.Metric;
import dev.favilla.memory.TaskMetrics;
import dev.favilla.serializer.Serializer;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** As the user gave them: all attempts see the same objects. Packed, each slice travels by itself. */
final class SharedElements implements Elements, HoldsRecords {

    private final List<? extends @Nullable Object> elements;
    private final int slices;

    SharedElements(List<? extends @Nullable Object> elements, int slices) {
        this.elements = elements;
        this.slices = slices;
    }

    private List<? extends @Nullable Object> slice(int index) {
        int from = (int) Slices.start(elements.size(), slices, index);
        int to = (int) Slices.start(elements.size(), slices, index + 1);
        return elements.subList(from, to);
    }

    @Override
    public Cursor open(int slice, TaskInputs inputs) {
        return new SliceCursor(slice(slice), inputs);
    }

    @Override
    public Packed pack(Serializer records) {
        List<PackedElements.Slice> packed = new ArrayList<>(slices);
        for (int i = 0; i < slices; i++) {
            packed.add(pack(slice(i), records));
        }
        return new PackedElements(packed);
    }

    private static PackedElements.Slice pack(List<? extends @Nullable Object> slice, Serializer records) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (Serializer.RecordOutput out = records.open(bytes)) {
            for (Object element : slice) {
                out.write(element);
            }
        }
        return new PackedElements.Slice(slice.size(), bytes.toByteArray());
    }

    private static final class SliceCursor implements Cursor {

        private final List<?> slice;
        private final TaskMetrics metrics;
        private int next;

        SliceCursor(List<?> slice, TaskInputs inputs) {
            this.slice = slice;
            this.metrics = inputs.scope().metrics();
        }

        @Override
        public boolean drive(Sink sink, int max) throws Exception {
            int start = next;
            int end = (int) Math.min(slice.size(), (long) next + max);
            boolean wanted = true;
            while (next < end && wanted) {
                wanted = sink.push(slice.get(next++));
            }
            metrics.add(Metric.RECORDS_READ, next - start);
            return wanted && next < slice.size();
        }
    }
}
