package dev.favilla.pipeline;

import dev.favilla.closure.ClassRecipe;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Classes of their own for chains of operators that many records go through.
 *
 * <p>One class of sink serves all pipelines of a JVM, so its calls of the user's functions and of the next sink meet so
 * many classes that the compiler can inline none of them. A chain that is worth it goes on with copies of the sinks'
 * classes, whose calls meet one class each. Worth it is a {@link Shape} that some number of records has gone through, in
 * all attempts; copies that were made once are used by all later chains of the shape.
 *
 * <p>Remembers the shapes used last. Holds no class of the user's: when those go, or a shape is forgotten, or this cache,
 * the copies are unloaded.
 *
 * <p><b>Threads.</b> May be used from any thread. Of several who find a shape worth it, one makes its classes, and the
 * others go on as before meanwhile.
 *
 * <p><b>Failures.</b> Where classes cannot be made, chains stay as they are: it is said once, at debug level.
 */
public final class CodeCache {

    /** Makes nothing. */
    public static final CodeCache NONE = new CodeCache(Long.MAX_VALUE, 1);

    /** After so many records a shape pays for the making and the compiling of its classes, by measurement. */
    public static final long WORTHWHILE = 1_000_000;

    private static final int FIRST_LOOK = 1024;
    private static final int SHAPES = 256;

    private final long worthwhile;
    private final int shapes;
    private final AtomicBoolean told = new AtomicBoolean();

    /** Those used last at the end; synchronized on itself. */
    private final Map<Shape, Use> uses = new LinkedHashMap<>(16, 0.75f, true);

    CodeCache(long worthwhile, int shapes) {
        this.worthwhile = worthwhile;
        this.shapes = shapes;
    }

    /**
     * Returns an empty cache.
     *
     * @param worthwhile after how many records of a shape its classes are made
     */
    public static CodeCache after(long worthwhile) {
        return new CodeCache(worthwhile, SHAPES);
    }

    /** Returns whether there is any point in asking. */
    boolean isEnabled() {
        return worthwhile < Long.MAX_VALUE;
    }

    /** Returns after how many records of one chain there is a point in asking: most chains have few. */
    long firstLook() {
        return Math.min(worthwhile, FIRST_LOOK);
    }

    /** Returns what is known of a shape. */
    Use of(Shape shape) {
        synchronized (uses) {
            Use known = uses.get(shape);
            if (known == null) {
                makeRoom();
                known = new Use();
                uses.put(shape, known);
            }
            return known;
        }
    }

    private void makeRoom() {
        if (uses.size() < shapes) {
            return;
        }
        uses.keySet().removeIf(Shape::isGone);
        if (uses.size() >= shapes) {
            uses.remove(uses.keySet().iterator().next());
        }
    }

    int size() {
        synchronized (uses) {
            return uses.size();
        }
    }

    /** What is known of one shape. */
    final class Use {

        private final AtomicLong records = new AtomicLong();
        private final AtomicBoolean making = new AtomicBoolean();
        private volatile @Nullable OwnCode code;

        /**
         * Returns classes of their own, once that pays; null as long as it does not, and where none can be made.
         *
         * @param more how many records more have gone through
         * @param recipes what the chain is made of
         */
        @Nullable
        OwnCode after(long more, Supplier<List<@Nullable ClassRecipe>> recipes) {
            if (code == null && records.addAndGet(more) >= worthwhile && making.compareAndSet(false, true)) {
                code = make(recipes.get());
            }
            return code;
        }

        private @Nullable OwnCode make(List<@Nullable ClassRecipe> recipes) {
            try {
                return OwnCode.of(recipes);
            } catch (ReflectiveOperationException | SecurityException | LinkageError e) {
                if (told.compareAndSet(false, true)) {
                    logger().debug("Pipelines run without classes of their own, since one cannot be made", e);
                }
                return null;
            }
        }
    }

    /** Asked for only when there is something to say: without a binding the first logger prints a banner. */
    private static Logger logger() {
        return LoggerFactory.getLogger(CodeCache.class);
    }
}
