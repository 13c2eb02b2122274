package dev.favilla.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.favilla.EngineContext;
import dev.favilla.Pair;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The test that the README shows to those who embed the engine. */
class EmbeddingTest {

    @Test
    void countsByKey() {
        try (EngineContext engine = EngineContext.open("local[2]")) {
            Map<String, Long> counts = engine.parallelize(List.of("spark", "flame", "spark"))
                    .mapToPair(word -> Pair.of(word, 1L))
                    .reduceByKey(Long::sum)
                    .collectAsMap();

            assertEquals(Map.of("spark", 2L, "flame", 1L), counts);
        }
    }
}
