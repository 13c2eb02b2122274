package dev.favilla.scheduler.dag;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.scheduler.dag.SimTracker.Registered;
import dev.favilla.storage.BlockId;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** A simulated executor: the contents that lie there. Gone as one. */
final class SimExecutor {

    /** A cached partition and what it was made from. */
    record Block(SimValue value, long inputVersion) {}

    final ExecutorId id;
    final int slots;

    /** How many attempts it takes while all slots are busy. */
    final int ahead;

    final Map<Registered, SimValue> outputs = new HashMap<>();

    /** In the order in which they became visible. */
    final Map<BlockId, Block> blocks = new LinkedHashMap<>();

    SimExecutor(ExecutorId id, int slots, int ahead) {
        this.id = id;
        this.slots = slots;
        this.ahead = ahead;
    }

    static String name(int number) {
        return "executor-" + number;
    }
}
