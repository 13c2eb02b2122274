package dev.favilla.storage;

/** Told, outside any lock, when a visible block is no longer there. */
@FunctionalInterface
public interface BlockDropListener {

    void dropped(BlockId id);
}
