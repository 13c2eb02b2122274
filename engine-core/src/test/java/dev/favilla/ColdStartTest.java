package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.testing.ForkedJvm;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a JVM has to load before it has the result of a first small job. */
class ColdStartTest {

    /** Opens a context, has one job done and closes. */
    static final class FirstJob {

        private FirstJob() {}

        public static void main(String[] arguments) {
            try (EngineContext engine = EngineContext.open("local[2]")) {
                System.out.println(engine.range(0, 100)
                        .map(x -> x * 3)
                        .filter(x -> x % 2 == 0)
                        .count());
            }
        }
    }

    @Test
    void firstJobLoadsNothingOfKryoAndNettyAndNoMethodsOfRecords() throws Exception {
        ForkedJvm.Result result = ForkedJvm.of(FirstJob.class)
                .jvmOptions("-Xlog:class+load:stdout")
                .run(Duration.ofSeconds(60));

        List<String> lines = result.stdout().lines().toList();
        assertThat(lines).as(result.stderr()).contains("50");
        assertThat(lines).anyMatch(line -> line.contains("dev.favilla.EngineContext "));
        assertThat(lines)
                .noneMatch(line -> line.contains("kryo5.Kryo ")
                        || line.contains("dev.favilla.serializer.PreparedKryo ")
                        || line.contains("io.netty.")
                        || line.contains("java.lang.runtime.ObjectMethods "));
        assertThat(lines)
                .as("operations that the job does not use")
                .noneMatch(line -> line.contains("dev.favilla.Joins ") || line.contains("dev.favilla.Sorting "));
    }
}
