package dev.favilla.spark;

import dev.favilla.EngineContext;
import dev.favilla.Pair;

/** A program as users submit it: it knows nothing of a cluster but the word {@code spark}. */
public final class SubmittedProgram {

    private SubmittedProgram() {}

    private record Sale(String shop, double amount) {}

    /** Writes to the place that {@code args} name. */
    public static void main(String[] args) {
        try (EngineContext engine = EngineContext.open("spark")) {
            engine.range(0, 1000, 1, 4)
                    .map(x -> new Sale("shop" + x % 3, x))
                    .mapToPair(sale -> Pair.of(sale.shop(), sale.amount()))
                    .reduceByKey(Double::sum, 2)
                    .sortByKey(true, 1)
                    .map(pair -> pair.key() + " " + pair.value())
                    .saveAsTextFile(args[0]);
        }
    }
}
