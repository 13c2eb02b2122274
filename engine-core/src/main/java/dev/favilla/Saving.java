package dev.favilla;

import dev.favilla.io.FileCodec;
import dev.favilla.io.Sink;
import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.UserCode;
import dev.favilla.text.FileOutput;
import dev.favilla.text.OutputException;
import dev.favilla.text.PartFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes a dataset as one job that leaves all of its output or none, however it ends. */
final class Saving {

    private Saving() {}

    /** Writes part files into a new directory. */
    static void toFiles(RDDActions<?> dataset, String path, PartFormat format, FileCodec codec, CallSite site) {
        dataset.datasets().requireUsable();
        FileOutput output = FileOutput.begin(path, format, codec, site);
        save(dataset, output, site);
    }

    /** Writes through a sink of the user's. */
    static void to(RDDActions<?> dataset, Sink<?> sink, CallSite site) {
        dataset.datasets().requireUsable();
        int partitions = dataset.getNumPartitions();
        userCode(site, "(beginning)", () -> sink.begin(partitions));
        save(dataset, sink, site);
    }

    private static void save(RDDActions<?> dataset, Sink<?> sink, CallSite site) {
        boolean committed = false;
        Throwable failure = null;
        try {
            List<String> receipts = run(dataset, sink, site);
            userCode(site, "(committing the job)", () -> sink.commit(receipts));
            committed = true;
        } catch (Throwable t) { // remembered only
            failure = t;
            throw t;
        } finally {
            if (!committed) {
                abort(sink, site, failure);
            }
        }
    }

    @SuppressWarnings("unchecked") // receipts are what the action gives; records are what the sink takes
    private static List<String> run(RDDActions<?> dataset, Sink<?> sink, CallSite site) {
        Sink<Object> any = (Sink<Object>) sink;
        SinkAction action = new SinkAction(dataset.datasets().capture(any, site), site);
        List<String> receipts = (List<String>) dataset.run(action, site);
        return receipts == null ? List.of() : receipts;
    }

    private static void abort(Sink<?> sink, CallSite site, @Nullable Throwable failure) {
        try {
            userCode(site, "(aborting the job)", sink::abort);
        } catch (RuntimeException | Error e) { // the reason for it comes first
            if (failure == null) {
                throw e;
            }
            failure.addSuppressed(e);
        }
    }

    private static void userCode(CallSite site, String what, Step step) {
        try {
            step.run();
        } catch (OutputException ours) {
            throw ours;
        } catch (Throwable t) { // whatever the user's code throws is reported as the user's
            throw UserCode.failure(site.toString(), what, t);
        }
    }

    private interface Step {

        void run() throws Exception;
    }
}
