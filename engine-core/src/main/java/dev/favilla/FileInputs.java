package dev.favilla;

import dev.favilla.closure.Closure;
import dev.favilla.io.Source;
import dev.favilla.lineage.CallSite;
import dev.favilla.rdd.SourceNode;
import dev.favilla.text.CsvFormat;
import dev.favilla.text.FileFormat;
import dev.favilla.text.FileNode;
import dev.favilla.text.InputLimits;
import dev.favilla.text.JsonLinesFormat;
import dev.favilla.text.LineFormat;
import dev.favilla.text.ObjectFormat;
import dev.favilla.text.WholeFilesFormat;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes the datasets of one context that come from outside. Used from any thread. */
final class FileInputs {

    private final Datasets datasets;
    private final InputLimits limits;

    FileInputs(Datasets datasets, InputLimits limits) {
        this.datasets = datasets;
        this.limits = limits;
    }

    RDD<String> lines(String path, int minPartitions, Charset charset, CallSite site) {
        return new RDD<>(datasets, files(path, minPartitions, new LineFormat(charset, limits), site));
    }

    PairRDD<String, String> wholeTexts(String path, int minPartitions, Charset charset, CallSite site) {
        FileFormat format = WholeFilesFormat.ofText(charset, PairFormat.of(site), limits);
        return new PairRDD<>(datasets, files(path, minPartitions, format, site));
    }

    PairRDD<String, byte[]> wholeBytes(String path, int minPartitions, CallSite site) {
        FileFormat format = WholeFilesFormat.ofBytes(PairFormat.of(site), limits);
        return new PairRDD<>(datasets, files(path, minPartitions, format, site));
    }

    <T extends @Nullable Object> RDD<T> objects(String path, List<Class<?>> classes, CallSite site) {
        List<Class<?>> known = new ArrayList<>(classes);
        known.add(Pair.class);
        return new RDD<>(datasets, files(path, 1, new ObjectFormat(known, limits), site));
    }

    <T> RDD<T> csv(String path, Class<T> type, CallSite site) {
        return new RDD<>(datasets, files(path, 1, new CsvFormat(type, limits), site));
    }

    <T> RDD<T> jsonLines(String path, Class<T> type, int minPartitions, CallSite site) {
        return new RDD<>(datasets, files(path, minPartitions, new JsonLinesFormat(type, limits), site));
    }

    private FileNode files(String path, int minPartitions, FileFormat format, CallSite site) {
        if (path.isBlank()) {
            throw new IllegalArgumentException("path must name a file, a directory or a glob, got '" + path + "'");
        }
        datasets.checkPartitions(minPartitions);
        return new FileNode(datasets.nextId(), site, path, minPartitions, format);
    }

    @SuppressWarnings("unchecked") // whatever its records are
    <T extends @Nullable Object> RDD<T> from(Source<T> source, int minSplits, CallSite site) {
        datasets.checkPartitions(minSplits);
        Closure<Source<?>> captured = datasets.capture((Source<?>) source, site);
        return new RDD<>(datasets, new SourceNode(datasets.nextId(), site, captured, minSplits));
    }
}
