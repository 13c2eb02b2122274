package dev.favilla.serializer;

import com.esotericsoftware.kryo.kryo5.io.Output;
import dev.favilla.value.AsciiText;

/** Kryo's output, except that it copies long texts of ASCII instead of walking over them. The bytes are Kryo's. */
final class RecordBuffer extends Output {

    RecordBuffer(int bytes) {
        super(bytes);
    }

    @Override
    public void writeString(String text) {
        byte[] ascii = text == null || text.length() < AsciiText.LONG ? null : AsciiText.bytesOf(text);
        if (ascii == null) {
            super.writeString(text);
        } else {
            writeVarIntFlag(true, ascii.length + 1, true);
            writeBytes(ascii, 0, ascii.length);
        }
    }
}
