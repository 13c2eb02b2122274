package dev.favilla.serializer;

import static org.assertj.core.api.Assertions.assertThat;

import com.esotericsoftware.kryo.kryo5.io.Output;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecordBufferTest {

    private static List<String> texts() {
        List<String> texts = new ArrayList<>();
        for (int length : new int[] {0, 1, 2, 31, 32, 33, 34, 63, 64, 65, 127, 4095, 4096, 4097, 20_000}) {
            String ascii = "What is 1 + 1? ".repeat(length / 15 + 1).substring(0, length);
            texts.add(ascii);
            for (String other : List.of("\u0000", "\u007f", "\u0080", "\u00e9", "\u20ac", "\ud83d\ude00")) {
                texts.add(ascii + other);
                texts.add(other + ascii);
            }
        }
        return texts;
    }

    private static byte[] written(Output output) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        output.setOutputStream(bytes);
        texts().forEach(output::writeString);
        output.writeString(null);
        output.flush();
        return bytes.toByteArray();
    }

    @Test
    void itsBytesAreThoseOfKryo() {
        assertThat(written(new RecordBuffer(512))).isEqualTo(written(new Output(512)));
        assertThat(written(new RecordBuffer(100_000))).isEqualTo(written(new Output(100_000)));
    }

    @Test
    void textsComeBackFromAnArrayAndFromAStream() {
        byte[] bytes = written(new RecordBuffer(4096));
        GuardedInput input = new GuardedInput();

        input.readFrom(bytes, 0, bytes.length);
        for (String text : texts()) {
            assertThat(input.readString()).isEqualTo(text);
        }
        assertThat(input.readString()).isNull();
        input.readFrom(new ByteArrayInputStream(bytes));
        for (String text : texts()) {
            assertThat(input.readString()).isEqualTo(text);
        }
        assertThat(input.readString()).isNull();
    }
}
