package dev.favilla.pipeline;

import dev.favilla.closure.ClassRecipe;
import dev.favilla.lineage.Cursor;
import dev.favilla.lineage.Sink;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Counts the records that one chain has driven, and has it go on with classes of its own once the {@link CodeCache} has
 * them. Belongs to the attempt's thread.
 */
final class Specialiser {

    private final CodeCache cache;
    private final PipelineCursor below;
    private final PushSegment segment;

    /** How many records were asked for since the cache was told. */
    private long driven;

    private int lastStep;
    private CodeCache.@Nullable Use use;
    private boolean settled;

    /** What takes the records of the whole chain, and what stands in its place; null before. */
    private @Nullable Sink end;

    private @Nullable Sink ownEnd;

    Specialiser(CodeCache cache, PipelineCursor below, PushSegment segment) {
        this.cache = cache;
        this.below = below;
        this.segment = segment;
        this.settled = !cache.isEnabled();
    }

    /** Returns what takes the records of the next step where {@code sink} is meant to. */
    Sink before(Sink sink, int max) {
        if (!settled) {
            driven += lastStep;
            lastStep = max;
            if (driven >= cache.firstLook()) {
                look(sink);
            }
        }
        return sink == end && ownEnd != null ? ownEnd : sink;
    }

    private void look(Sink sink) {
        CodeCache.Use known = use;
        if (known == null) {
            known = cache.of(Shape.of(recipes(sink), sink.getClass()));
            use = known;
        }
        OwnCode code = known.after(driven, () -> recipes(sink));
        driven = 0;
        if (code != null) {
            settled = true;
            goOnWith(code, sink);
        }
    }

    /** Returns what the chain is made of, its source and its end after what lies between. */
    private List<@Nullable ClassRecipe> recipes(Sink sink) {
        List<@Nullable ClassRecipe> recipes = segment.recipes();
        recipes.add(below.recipe());
        recipes.add(sink.recipe());
        return recipes;
    }

    private void goOnWith(OwnCode code, Sink sink) {
        segment.goOnWith((place, recipe, was, downstream) -> (Sink) code.make(place, recipe, was, downstream));
        ClassRecipe source = below.recipe();
        if (source != null) {
            below.goOnWith((Cursor) code.make(code.places() - 2, source, null, null));
        }
        ClassRecipe last = sink.recipe();
        if (last != null) {
            end = sink;
            ownEnd = (Sink) code.make(code.places() - 1, last, null, null);
        }
    }
}
