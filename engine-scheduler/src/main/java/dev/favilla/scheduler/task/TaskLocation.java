package dev.favilla.scheduler.task;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.task.Locality;

/** Where an attempt runs, and how near that is to its data. */
record TaskLocation(ExecutorId executor, Locality locality) {}
