package dev.favilla.benchmarks.hand;

import dev.favilla.benchmarks.workload.Data;
import dev.favilla.benchmarks.workload.SumByString;
import dev.favilla.benchmarks.workload.WordCount;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** Sums by text without an object per text. */
final class PrimitiveTexts {

    private static final int READ_BYTES = 1 << 18;
    private static final long BLANKS = 0x2020202020202020L;
    private static final long LINE_ENDS = 0x0A0A0A0A0A0A0A0AL;
    private static final long LOW_BITS = 0x0101010101010101L;
    private static final long HIGH_BITS = 0x8080808080808080L;

    private PrimitiveTexts() {}

    static long wordCount(Crew crew, WordCount work) throws Exception {
        List<Path> files = HandFiles.of(work.directory());
        ByteTable[] tables = new ByteTable[files.size()];
        crew.all(files.size(), number -> {
            tables[number] = new ByteTable(1 << 15);
            count(files.get(number), tables[number]);
            return 0;
        });
        ByteTable total = tables[0];
        for (int number = 1; number < tables.length; number++) {
            total.addAll(tables[number]);
        }
        return check(total);
    }

    private static long check(ByteTable table) {
        long check = 0;
        for (int entry = 0; entry < table.size(); entry++) {
            check += Data.check(table.text(entry), table.sum(entry));
        }
        return check;
    }

    /** Reads into one buffer; a word cut by its end is moved to its start. */
    private static void count(Path file, ByteTable table) throws IOException {
        byte[] buffer = new byte[READ_BYTES + 8];
        int kept = 0;
        try (InputStream in = Files.newInputStream(file)) {
            for (int read = in.read(buffer, 0, READ_BYTES);
                    read >= 0;
                    read = in.read(buffer, kept, READ_BYTES - kept)) {
                int end = kept + read;
                int whole = afterLastBlank(buffer, end);
                countWords(buffer, whole, table);
                kept = end - whole;
                System.arraycopy(buffer, whole, buffer, 0, kept);
                if (kept == READ_BYTES) {
                    throw new IOException("a word of more than " + READ_BYTES + " bytes in " + file);
                }
            }
        }
        buffer[kept] = '\n';
        countWords(buffer, kept + 1, table);
    }

    private static int afterLastBlank(byte[] buffer, int end) {
        int at = end;
        while (at > 0 && buffer[at - 1] != ' ' && buffer[at - 1] != '\n') {
            at--;
        }
        return at;
    }

    /** Counts the words of a range whose last byte is a blank or the end of a line. */
    private static void countWords(byte[] buffer, int end, ByteTable table) {
        int at = 0;
        while (at < end) {
            int start = at;
            long hash = 0;
            long bytes = (long) ByteTable.LONGS.get(buffer, at);
            long found = ends(bytes);
            while (found == 0) {
                hash = ByteTable.mix(hash, bytes);
                at += 8;
                bytes = (long) ByteTable.LONGS.get(buffer, at);
                found = ends(bytes);
            }
            int rest = Long.numberOfTrailingZeros(found) >>> 3;
            at += rest;
            if (at > start) {
                long whole = rest == 0 ? hash : ByteTable.mix(hash, ByteTable.head(bytes, rest));
                table.add(buffer, start, at - start, whole, 1);
            }
            at++;
        }
    }

    /** Returns a number whose lowest bit set is in the first byte that is a blank or an end of line. */
    private static long ends(long bytes) {
        long blanks = bytes ^ BLANKS;
        long lineEnds = bytes ^ LINE_ENDS;
        return (((blanks - LOW_BITS) & ~blanks) | ((lineEnds - LOW_BITS) & ~lineEnds)) & HIGH_BITS;
    }

    static long sumByString(Crew crew, SumByString work) throws Exception {
        int ranges = LongScatter.rangesFor(work.records());
        TextLane[][] lanes = new TextLane[crew.threads()][ranges];
        crew.each(slice -> {
            TextLane[] mine = lanes[slice];
            Arrays.setAll(mine, range -> new TextLane());
            byte[] text = Arrays.copyOf("customer-".getBytes(StandardCharsets.US_ASCII), 48);
            long end = Crew.sliceStart(work.records(), crew.threads(), slice + 1);
            for (long r = Crew.sliceStart(work.records(), crew.threads(), slice); r < end; r++) {
                int length = writeText(text, 100 + Data.below(r, work.keys()));
                long hash = ByteTable.mix(
                        ByteTable.mix(0, (long) ByteTable.LONGS.get(text, 8)),
                        (long) ByteTable.LONGS.get(text, 16) & -(length > 16 ? 1 : 0));
                mine[(int) (hash >>> 48) & (ranges - 1)].add(text, length, r);
            }
            return 0;
        });
        return crew.all(ranges, range -> {
            ByteTable table = new ByteTable((int) (work.keys() / ranges) + 64);
            for (TextLane[] mine : lanes) {
                mine[range].addTo(table);
                mine[range] = null;
            }
            return check(table);
        });
    }

    /** Writes digits after {@code customer-}, zeros behind them, and returns the length of it all. */
    private static int writeText(byte[] text, long number) {
        int digits = 1;
        for (long rest = number; rest >= 10; rest /= 10) {
            digits++;
        }
        int end = 9 + digits;
        ByteTable.LONGS.set(text, end, 0L);
        long rest = number;
        for (int at = end - 1; at >= 9; at--) {
            text[at] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        return end;
    }
}
