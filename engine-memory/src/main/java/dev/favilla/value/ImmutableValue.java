package dev.favilla.value;

/** A class of the engine that promises deep immutability, so that its instances may be shared between attempts. */
public interface ImmutableValue {}
