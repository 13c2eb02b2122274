package dev.favilla.job;

/** In which order what waits for slots is served. */
public enum PoolMode {
    /** By job, then by stage: the oldest first. */
    FIFO,
    /** By who has least of its share. */
    FAIR
}
