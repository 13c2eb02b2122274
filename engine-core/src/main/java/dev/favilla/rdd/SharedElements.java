package dev.favilla.rdd;

import dev.favilla.attempt.Metric;
import dev.favilla.attempt.TaskMetrics;
import dev.favilla.lineage.Cursor;
import dev.favilla.lineage.Sink;
import dev.favilla.lineage.TaskInputs;
import dev.favilla.serializer.SerializationException;
import dev.favilla.serializer.Serializer;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** As the user gave them: all attempts see the same objects. Packed, each slice travels by itself. */
final class SharedElements implements Elements {

    private final List<? extends @Nullable Object> elements;
    private final int slices;
    private final String operation;

    /** @param operation where the user passed them */
    SharedElements(List<? extends @Nullable Object> elements, int slices, String operation) {
        this.elements = elements;
        this.slices = slices;
        this.operation = operation;
    }

    @Override
    public List<? extends @Nullable Object> slice(int index) {
        int from = (int) Slices.start(elements.size(), slices, index);
        int to = (int) Slices.start(elements.size(), slices, index + 1);
        return elements.subList(from, to);
    }

    @Override
    public Cursor open(int slice, TaskInputs inputs) {
        return new SliceCursor(slice(slice), inputs);
    }

    @Override
    public PackedElements pack(Serializer records) {
        List<PackedElements.Slice> packed = new ArrayList<>(slices);
        int first = 0;
        for (int i = 0; i < slices; i++) {
            List<? extends @Nullable Object> slice = slice(i);
            packed.add(pack(slice, first, records));
            first += slice.size();
        }
        return new PackedElements(packed);
    }

    private PackedElements.Slice pack(List<? extends @Nullable Object> slice, int first, Serializer records) {
        if (slice.isEmpty()) {
            return PackedElements.Slice.EMPTY;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int index = first;
        try (Serializer.RecordOutput out = records.open(bytes)) {
            for (Object element : slice) {
                out.write(element);
                index++;
            }
        } catch (SerializationException e) {
            throw e.during("Copying element " + index + " of " + operation + " for the tasks");
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
            int end = (int) Math.min(slice.size(), (long) next + max);
            @Nullable Object[] records = slice.subList(next, end).toArray();
            next = end;
            int taken = sink.pushAll(records, 0, records.length);
            boolean wanted = taken == records.length;
            metrics.add(Metric.RECORDS_READ, wanted ? taken : taken + 1);
            return wanted && next < slice.size();
        }
    }
}
