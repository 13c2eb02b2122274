package dev.favilla.frame;

/** A stream that knows how much it can still give, so that nobody prepares for more. */
public interface BoundedInput {

    /** Returns how many bytes there are at most. */
    long remainingBytes();
}
