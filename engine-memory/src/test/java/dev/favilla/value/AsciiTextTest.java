package dev.favilla.value;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class AsciiTextTest {

    @Test
    void aTextWhoseCharactersAreAllAsciiIsItsCharacters() {
        for (int length = 1; length < 100; length++) {
            String text = "What? A text with a question, and ~ and \u0000 in it. "
                    .repeat(3)
                    .substring(0, length);

            assertThat(AsciiText.bytesOf(text)).as(text).isEqualTo(text.getBytes(StandardCharsets.US_ASCII));
        }
    }

    @Test
    void anyOtherIsNone() {
        String half = "\ud83d";
        for (String other : List.of("\u0080", "\u00e9", "\u0141", half, "\udc00", half + "\ude00")) {
            for (int place = 0; place < 20; place++) {
                String text = "?".repeat(place) + other + "x".repeat(19 - place);

                assertThat(AsciiText.bytesOf(text)).as("%s at %s", other, place).isNull();
            }
        }
        assertThat(AsciiText.bytesOf("")).isNull();
    }

    @Test
    void oneByteOfManyThatIsNotAsciiIsFoundWhereverItIs() {
        for (int length = 0; length < 40; length++) {
            byte[] bytes = new byte[length + 6];
            bytes[2] = -1;
            bytes[length + 3] = -1;
            assertThat(AsciiText.isAscii(bytes, 3, length)).isTrue();
            for (int place = 3; place < 3 + length; place++) {
                bytes[place] = -128;
                assertThat(AsciiText.isAscii(bytes, 3, length)).isFalse();
                bytes[place] = 0x7f;
            }
        }
    }
}
