package org.example;

import dev.favilla.EngineContext;
import dev.favilla.Pair;

public final class Report {

    record Sale(String shop, double amount) {} // need not be Serializable

    public static void main(String[] args) {
        try (EngineContext engine = EngineContext.open("spark")) {
            engine.range(0, 1000, 1, 4)
                    .map(x -> new Sale("shop" + x % 3, x))
                    .mapToPair(sale -> Pair.of(sale.shop(), sale.amount()))
                    .reduceByKey(Double::sum, 2)
                    .sortByKey(true, 1)
                    .saveAsTextFile(args[0]);
        }
    }
}
