package dev.favilla.rdd.arrange;

import dev.favilla.lineage.DatasetPartition;
import dev.favilla.lineage.Operator;
import dev.favilla.lineage.Sink;
import dev.favilla.lineage.TaskInputs;
import dev.favilla.serializer.RecordCopier;
import dev.favilla.serializer.SerializationException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The records of a partition become one list. */
public record GlomOperator() implements Operator.Push {

    @Override
    public String name() {
        return "glom";
    }

    @Override
    public boolean multiplies() {
        return false;
    }

    @Override
    public Sink over(DatasetPartition result, Sink downstream, TaskInputs inputs) {
        List<@Nullable Object> all = new ArrayList<>();
        RecordCopier copier = RecordCopier.of(inputs.scope());
        return new Sink() {
            @Override
            public boolean push(@Nullable Object record) {
                try {
                    all.add(copier.isolate(record));
                } catch (SerializationException e) {
                    throw e.during("Copying what " + result.dataset() + " holds");
                }
                return true;
            }

            @Override
            public void end() throws Exception {
                downstream.push(all);
                downstream.end();
            }
        };
    }
}
