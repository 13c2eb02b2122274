package dev.favilla.scheduler.dag;

import dev.favilla.lineage.ShuffleDependency;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The stages of running jobs. At most one writes a shuffle, whichever jobs need it. */
final class StageTable {

    private final Map<Integer, Stage> byId = new HashMap<>();
    private final Map<Integer, Stage> byShuffle = new HashMap<>();

    /** The one that was asked for last: the ends of its tasks come one after the other. */
    private @Nullable Stage last;

    void add(Stage stage) {
        byId.put(stage.id(), stage);
        ShuffleDependency output = stage.output();
        if (output != null) {
            byShuffle.put(output.shuffleId(), stage);
        }
    }

    void remove(Stage stage) {
        byId.remove(stage.id());
        last = null;
        ShuffleDependency output = stage.output();
        if (output != null) {
            byShuffle.remove(output.shuffleId());
        }
    }

    @Nullable
    Stage byId(int stageId) {
        Stage found = last;
        if (found == null || found.id() != stageId) {
            found = byId.get(stageId);
            last = found;
        }
        return found;
    }

    /** Returns the stage that writes a shuffle, if a running job uses it. */
    @Nullable
    Stage writing(int shuffleId) {
        return byShuffle.get(shuffleId);
    }

    boolean contains(Stage stage) {
        return byId(stage.id()) == stage;
    }

    int size() {
        return byId.size();
    }
}
