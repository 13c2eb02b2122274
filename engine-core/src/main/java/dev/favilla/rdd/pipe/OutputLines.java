package dev.favilla.rdd.pipe;

import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * The lines that a process prints, while it is given those that it reads. A line ends at {@code \n}, {@code \r\n} or
 * {@code \r}; the last one may lack its end. After it the process is waited for, and its exit code looked at.
 */
final class OutputLines implements Iterator<String> {

    private final ChildProcess child;
    private final InputLines input;
    private final PipeFailures failures;
    private final Charset charset;
    private final int maxLineBytes;

    private byte[] chunk = {};
    private int next;

    /** The part of a line that lay in earlier chunks. */
    private final ByteArrayOutputStream carried = new ByteArrayOutputStream();

    /** A line ended at {@code \r}: the {@code \n} that may follow belongs to it. */
    private boolean afterCarriageReturn;

    private @Nullable String line;
    private boolean ended;

    OutputLines(ChildProcess child, InputLines input, PipeOperator operator, PipeFailures failures) {
        this.child = child;
        this.input = input;
        this.failures = failures;
        this.charset = Charset.forName(operator.charset());
        this.maxLineBytes = operator.maxLineBytes();
    }

    @Override
    public boolean hasNext() {
        if (line == null && !ended) {
            try {
                line = read();
            } catch (InterruptedException e) {
                throw failures.interrupted(e);
            }
            ended = line == null;
        }
        return line != null;
    }

    @Override
    public String next() {
        if (!hasNext() || line == null) {
            throw new NoSuchElementException("No more lines: hasNext() is false.");
        }
        String result = line;
        line = null;
        return result;
    }

    private @Nullable String read() throws InterruptedException {
        carried.reset();
        while (fill()) {
            int end = lineEnd();
            carry(end);
            if (end < chunk.length) {
                afterCarriageReturn = chunk[end] == '\r';
                next = end + 1;
                return carried.toString(charset);
            }
        }
        return carried.size() == 0 ? null : carried.toString(charset);
    }

    /** Makes sure that there is a byte of a line, or its end, at {@code next}; returns false when there are no more. */
    private boolean fill() throws InterruptedException {
        while (true) {
            if (next == chunk.length) {
                byte[] more = child.read(input);
                if (more == null) {
                    return false;
                }
                chunk = more;
                next = 0;
            }
            if (!afterCarriageReturn || chunk[next] != '\n') {
                afterCarriageReturn = false;
                return true;
            }
            afterCarriageReturn = false;
            next++;
        }
    }

    /** Returns where the line ends in the chunk, or the chunk's length. */
    private int lineEnd() {
        for (int i = next; i < chunk.length; i++) {
            if (chunk[i] == '\n' || chunk[i] == '\r') {
                return i;
            }
        }
        return chunk.length;
    }

    private void carry(int end) {
        if ((long) carried.size() + end - next > maxLineBytes) {
            throw failures.tooLong();
        }
        carried.write(chunk, next, end - next);
        next = end;
    }
}
