package dev.favilla.text;

import dev.favilla.attempt.TaskScope;
import dev.favilla.text.InputFiles.InputFile;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Lines of text, of plain files in byte ranges. */
public final class LineFormat extends FileFormat {

    private static final long serialVersionUID = 1L;

    /** What must be one byte each, and no part of anything else, for a line to be found in the middle of a file. */
    private static final String PLAIN = "\n\r\t ,;09AZaz";

    /** The charset's name: a {@link Charset} cannot travel to other executors. */
    private final String charset;

    /**
     * @param charset one in which line ends can be found without reading from the start
     * @throws IllegalArgumentException if it is none of these
     */
    public LineFormat(Charset charset, InputLimits limits) {
        super(limits);
        if (!findsLineEnds(charset)) {
            throw new IllegalArgumentException("charset must write line ends as one byte each, wherever they are, as"
                    + " UTF-8, ISO-8859-1 and windows-1252 do, got " + charset.name() + ". Convert the files, for"
                    + " example with 'iconv -t UTF-8', or read them whole with wholeTextFiles.");
        }
        this.charset = charset.name();
    }

    /** Returns whether line ends of text in {@code charset} can be found byte by byte. */
    public static boolean findsLineEnds(Charset charset) {
        boolean shifts = charset.name().contains("ISO-2022") || charset.name().startsWith("x-JIS");
        return charset.canEncode()
                && !shifts
                && Arrays.equals(PLAIN.getBytes(charset), PLAIN.getBytes(StandardCharsets.US_ASCII));
    }

    @Override
    String kind() {
        return "TextFileRDD";
    }

    @Override
    String unit() {
        return "lines";
    }

    @Override
    List<List<FileSplit>> cut(List<InputFile> files, int minPartitions) {
        return FileCuts.intoRanges(files, minPartitions);
    }

    @Override
    SplitReader open(FileSplit split, TaskScope scope) throws IOException {
        return LineReader.open(split, Charset.forName(charset), limits());
    }
}
