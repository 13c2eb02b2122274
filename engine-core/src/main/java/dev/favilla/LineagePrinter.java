package dev.favilla;

import dev.favilla.lineage.Dependency;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.ShuffleDependency;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * Prints a lineage as Spark does: the dataset asked for first, its ancestors below it, partition counts in brackets,
 * and a step to the right at each shuffle. An ancestor reached a second time is named but not followed again, so that a
 * lineage that joins with itself stays readable.
 */
final class LineagePrinter {

    private final Function<LineageNode, List<String>> describe;
    private final StringBuilder text = new StringBuilder();
    private final Deque<Item> open = new ArrayDeque<>();
    private final Set<Integer> seen = new HashSet<>();

    /** @param describe the lines of one dataset; the first names it */
    LineagePrinter(Function<LineageNode, List<String>> describe) {
        this.describe = describe;
    }

    private record Item(LineageNode node, String prefix, boolean shuffled, boolean lastChild) {}

    String print(LineageNode target) {
        String count = "(" + target.numPartitions() + ")";
        String below =
                " ".repeat((count.length() - 1) / 2) + "|" + " ".repeat(count.length() - (count.length() - 1) / 2);
        List<String> lines = describe.apply(target);
        line(count + " " + lines.get(0));
        lines.subList(1, lines.size()).forEach(line -> line(below + " " + line));
        seen.add(target.id());
        pushParents(target, below);
        while (!open.isEmpty()) { // a stack of our own: the lineage may be longer than the thread's
            print(open.pop());
        }
        return text.toString();
    }

    private void print(Item item) {
        if (item.shuffled()) {
            printShuffled(item);
        } else {
            printLines(item, item.prefix(), item.prefix(), item.prefix());
        }
    }

    private void printShuffled(Item item) {
        String count = "(" + item.node().numPartitions() + ")";
        int left = (count.length() - 1) / 2;
        String here = item.prefix().replaceAll("\\|\\s+$", "");
        String below =
                here + (item.lastChild() ? "  " : "| ") + " ".repeat(left) + "|" + " ".repeat(count.length() - left);
        printLines(item, here + "+-" + count + " ", below, below);
    }

    private void printLines(Item item, String first, String further, String below) {
        List<String> lines = describe.apply(item.node());
        boolean known = !seen.add(item.node().id());
        line(first + lines.get(0) + (known ? " (as above)" : ""));
        if (!known) {
            lines.subList(1, lines.size()).forEach(line -> line(further + line));
            pushParents(item.node(), below);
        }
    }

    private void pushParents(LineageNode node, String prefix) {
        List<Dependency> parents = node.dependencies();
        for (int i = parents.size() - 1; i >= 0; i--) {
            Dependency parent = parents.get(i);
            open.push(new Item(parent.parent(), prefix, parent instanceof ShuffleDependency, i == parents.size() - 1));
        }
    }

    private void line(String line) {
        if (text.length() > 0) {
            text.append('\n');
        }
        text.append(line);
    }
}
