package dev.favilla;

import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.ShuffleDependency;
import dev.favilla.scheduler.StageGraph;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Prints what an action on all partitions of a dataset would run: stages, tasks, shuffles. */
final class PlanPrinter {

    private PlanPrinter() {}

    /** @param describe names a dataset */
    static String print(LineageNode target, StageGraph graph, Function<LineageNode, String> describe) {
        List<StageGraph.StagePlan> stages = graph.stages();
        long tasks = stages.stream().mapToLong(StageGraph.StagePlan::tasks).sum();
        StringBuilder text = new StringBuilder();
        text.append("Plan of ").append(describe.apply(target)).append(": ");
        text.append(count(stages.size(), "stage"))
                .append(", ")
                .append(count(tasks, "task"))
                .append(", ");
        text.append(count(stages.size() - 1L, "shuffle"));
        Map<Integer, Integer> stageOfShuffle = new HashMap<>();
        for (int i = 0; i < stages.size(); i++) {
            StageGraph.StagePlan stage = stages.get(i);
            text.append("\n  stage ").append(i).append(": ").append(count(stage.tasks(), "task"));
            text.append(", ").append(describe.apply(stage.target()));
            for (int shuffle : stage.parentShuffles()) {
                text.append("\n    reads shuffle ").append(shuffle);
                text.append(" of stage ").append(stageOfShuffle.get(shuffle));
            }
            if (stage.output().isPresent()) {
                ShuffleDependency output = stage.output().get();
                stageOfShuffle.put(output.shuffleId(), i);
                text.append("\n    writes ").append(output.spec());
            }
        }
        return text.toString();
    }

    private static String count(long number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }
}
