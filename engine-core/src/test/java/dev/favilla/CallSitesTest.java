package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import org.junit.jupiter.api.Test;

class CallSitesTest {

    @Test
    void anOperationIsNamedByTheLineThatCallsIt() {
        try (EngineContext engine = EngineContext.open("local[1]")) {
            RDD<Long> numbers = engine.range(0, 4, 1, 1);

            assertThat(numbers.lineage().callSite().toString()).matches("range at CallSitesTest.java:\\d+");
        }
    }

    @Test
    void framesOfReflectionAreNobodysLine() throws ReflectiveOperationException {
        try (EngineContext engine = EngineContext.open("local[1]")) {
            Method distinct = RDD.class.getMethod("distinct");
            RDD<?> called = (RDD<?>) distinct.invoke(engine.range(0, 4, 1, 1));

            assertThat(called.lineage().callSite().toString()).matches("distinct at CallSitesTest.java:\\d+");
        }
    }
}
