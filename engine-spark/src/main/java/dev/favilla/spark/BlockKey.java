package dev.favilla.spark;

import java.io.Serializable;
import java.util.Comparator;
import scala.math.Ordering;
import scala.math.Ordering$;

/**
 * Names a block of a map output while Spark shuffles it.
 *
 * @param reducer where it goes
 * @param map which map partition it is of
 * @param part its number among the blocks for this reducer; {@link #HEAD} for what is said of all of them
 */
record BlockKey(int reducer, int map, int part) implements Serializable {

    static final int HEAD = -1;

    /** All heads first, then the blocks in map order. */
    static Ordering<Object> order() {
        return Ordering$.MODULE$.comparatorToOrdering(new InMapOrder());
    }

    private static final class InMapOrder implements Comparator<Object>, Serializable {

        private static final long serialVersionUID = 1L;

        @Override
        public int compare(Object left, Object right) {
            BlockKey one = (BlockKey) left;
            BlockKey other = (BlockKey) right;
            boolean head = one.part == HEAD;
            if (head != (other.part == HEAD)) {
                return head ? -1 : 1;
            }
            int byMap = Integer.compare(one.map, other.map);
            return byMap != 0 ? byMap : Integer.compare(one.part, other.part);
        }
    }
}
