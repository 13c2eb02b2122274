package dev.favilla.text;

import dev.favilla.attempt.TaskScope;
import dev.favilla.rdd.EntryBuilder;
import dev.favilla.text.InputFiles.InputFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whole files, each with its path: as text, or as the bytes they are. */
public final class WholeFilesFormat extends FileFormat {

    private static final long serialVersionUID = 1L;

    private static final char BYTE_ORDER_MARK = '\uFEFF';

    /** The charset's name, which can travel; null for bytes. */
    private final @Nullable String charset;

    private final EntryBuilder entries;

    private WholeFilesFormat(@Nullable String charset, EntryBuilder entries, InputLimits limits) {
        super(limits);
        this.charset = charset;
        this.entries = entries;
    }

    /** Texts, decompressed if the name ends in {@code .gz}. */
    public static WholeFilesFormat ofText(Charset charset, EntryBuilder entries, InputLimits limits) {
        return new WholeFilesFormat(charset.name(), entries, limits);
    }

    /** Bytes as they are in the files, whatever their names. */
    public static WholeFilesFormat ofBytes(EntryBuilder entries, InputLimits limits) {
        return new WholeFilesFormat(null, entries, limits);
    }

    @Override
    String kind() {
        return charset == null ? "BinaryFileRDD" : "WholeTextFileRDD";
    }

    @Override
    String unit() {
        return "files";
    }

    @Override
    List<List<FileSplit>> cut(List<InputFile> files, int minPartitions) {
        return FileCuts.packed(files, minPartitions);
    }

    @Override
    SplitReader open(FileSplit split, TaskScope scope) throws IOException {
        FileSplit read = charset == null
                ? new FileSplit(split.file(), split.start(), split.length(), false, split.version())
                : split;
        return new WholeFile(read, FileBytes.open(read, limits()), this);
    }

    /** Reads one record: the file. */
    private static final class WholeFile implements SplitReader {

        private final FileSplit split;
        private final FileBytes in;
        private final WholeFilesFormat format;
        private boolean done;
        private long malformed;

        WholeFile(FileSplit split, FileBytes in, WholeFilesFormat format) {
            this.split = split;
            this.in = in;
            this.format = format;
        }

        @Override
        public @Nullable Object next() throws IOException {
            if (done) {
                return END;
            }
            done = true;
            if (!split.gzip()) { // refused before it is read
                format.limits().requireRecord("the file", split.length());
            }
            int most = format.limits().recordBytes();
            byte[] bytes = in.readNBytes(most);
            if (bytes.length == most && in.read() >= 0) {
                format.limits().requireRecord("the file", most + 1L);
            }
            return format.entries.record(split.file(), format.charset == null ? bytes : text(bytes, format.charset));
        }

        private String text(byte[] bytes, String name) {
            Charset charset = Charset.forName(name);
            String text = new String(bytes, charset);
            if (text.indexOf(LineReader.REPLACEMENT) >= 0 && !isWellFormed(bytes, charset)) {
                malformed++;
            }
            boolean marked =
                    charset.equals(StandardCharsets.UTF_8) && !text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK;
            return marked ? text.substring(1) : text;
        }

        private static boolean isWellFormed(byte[] bytes, Charset charset) {
            try {
                charset.newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .onUnmappableCharacter(CodingErrorAction.REPORT)
                        .decode(ByteBuffer.wrap(bytes));
                return true;
            } catch (CharacterCodingException e) {
                return false;
            }
        }

        @Override
        public boolean hasTrailingGarbage() {
            return in.hasTrailingGarbage();
        }

        @Override
        public long takeBytesRead() {
            return in.takeBytesRead();
        }

        @Override
        public long takeMalformed() {
            long taken = malformed;
            malformed = 0;
            return taken;
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
