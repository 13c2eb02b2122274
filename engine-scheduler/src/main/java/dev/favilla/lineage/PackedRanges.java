package dev.favilla.lineage;

import dev.favilla.closure.Closure;
import dev.favilla.serializer.Serializer;
import dev.favilla.shuffle.RangePartitioner;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A range partitioner on its way to an executor: its bounds are keys of the user's, and travel as records do. */
final class PackedRanges implements HoldsRecords.Packed {

    private static final long serialVersionUID = 1L;

    private final byte[] bounds;
    private final int count;
    private final Closure<Comparator<@Nullable Object>> order;
    private final boolean ascending;

    PackedRanges(RangePartitioner ranges, Serializer records) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (Serializer.RecordOutput out = records.open(bytes)) {
            ranges.bounds().forEach(out::write);
        }
        this.bounds = bytes.toByteArray();
        this.count = ranges.bounds().size();
        this.order = ranges.order();
        this.ascending = ranges.isAscending();
    }

    @Override
    public long size() {
        return bounds.length;
    }

    @Override
    public RangePartitioner unpack(Serializer records) {
        List<@Nullable Object> keys = new ArrayList<>(count);
        try (Serializer.RecordInput in = records.open(bounds, 0, bounds.length)) {
            for (int i = 0; i < count; i++) {
                keys.add(in.read());
            }
        }
        return new RangePartitioner(keys, order, ascending);
    }
}
