package dev.favilla.serializer;

import org.jspecify.annotations.Nullable;

/** Stands for classes by numbers, so that bytes mean exactly the class that was written, whichever loader has it. */
interface ClassNumbers {

    int idOf(Class<?> type);

    /** Returns the class with this number; null if it was never given out. */
    @Nullable
    Class<?> classOf(int id);
}
