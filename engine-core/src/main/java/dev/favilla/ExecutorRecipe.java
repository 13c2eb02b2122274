package dev.favilla;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.memory.MemoryReclaimer;
import dev.favilla.pipeline.CodeCache;
import dev.favilla.scheduler.ContextId;
import dev.favilla.scheduler.EventGate;
import dev.favilla.serializer.KryoRegistration;
import dev.favilla.serializer.NamedClasses;
import dev.favilla.serializer.Serializer;
import dev.favilla.shuffle.BlockTransfer;
import dev.favilla.spi.RemoteExecutor;
import java.time.Clock;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Makes what the tasks of a context need in a process of a cluster.
 *
 * @param context whose tasks
 * @param values the context's settings
 * @param registrations for Kryo
 */
record ExecutorRecipe(ContextId context, Map<Setting, String> values, List<KryoRegistration> registrations)
        implements RemoteExecutor.Recipe {

    private static final long serialVersionUID = 1L;

    /** The cluster's own memory manager has as much for itself. */
    private static final String SHARE_OF_HEAP = "0.3";

    static ExecutorRecipe of(ContextId context, EngineSettings settings, Elsewhere elsewhere) {
        Map<Setting, String> told = new EnumMap<>(elsewhere.values());
        told.remove(Setting.MASTER);
        if (!told.containsKey(Setting.MEMORY_BYTES)) {
            told.putIfAbsent(Setting.MEMORY_FRACTION, SHARE_OF_HEAP);
        }
        return new ExecutorRecipe(
                context, new EnumMap<>(told), settings.serialization().registrations());
    }

    @Override
    public RemoteExecutor open(ExecutorId id, BlockTransfer broadcasts) {
        NamedClasses classes = new NamedClasses();
        Serializer serializer =
                SerializationSettings.of(values, registrations).serializer().numberedBy(classes);
        return open(id, broadcasts, classes, serializer);
    }

    /** Makes the one that has {@code classes} and {@code serializer} in common with the driver of its process. */
    RemoteExecutor open(ExecutorId id, BlockTransfer broadcasts, NamedClasses classes, Serializer serializer) {
        EngineSettings settings = EngineSettings.of(
                values,
                Master.partOfCluster(),
                SchedulingSettings.of(values, List.of()),
                SerializationSettings.of(values, registrations),
                null);
        String prefix = "favilla-" + id.name() + "-";
        Housekeeping housekeeping = new Housekeeping(EngineThreads.forService(prefix + "housekeeping-"));
        ExecutorParts.Plan plan = new ExecutorParts.Plan(
                settings,
                serializer,
                Broadcasts.elsewhere(context, serializer),
                new ResultSizes(settings.scheduling().maxResultBytes()),
                MemoryReclaimer.NONE,
                EngineThreads.forSlots(prefix),
                Clock.systemUTC(),
                null,
                housekeeping,
                CodeCache.after(settings.specializeAfter()),
                null);
        EventGate nobody = new EventGate(event -> {});
        ExecutorParts parts = new ExecutorParts(id, plan, broadcasts, null, nobody, gone -> {});
        return new RemoteParts(id, parts, classes, serializer, housekeeping);
    }
}
