package dev.favilla.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.favilla.testing.ForkedJvm.Result;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class ForkedJvmTest {

    private static final Duration PLENTY = Duration.ofSeconds(60);

    @Test
    void returnsTheExitCodeAndBothOutputs() throws InterruptedException {
        Result result = ForkedJvm.of(Prints.class)
                .jvmOptions("-Dgreeting=hello")
                .arguments("a b", "c")
                .run(PLENTY);

        assertThat(result)
                .isEqualTo(new Result(
                        7, "hello [a b, c]" + System.lineSeparator(), "\u00e9clair" + System.lineSeparator()));
    }

    @Test
    void killsAChildAtItsDeadlineAndTellsWhatItPrinted() {
        ForkedJvm hanging = ForkedJvm.of(Hangs.class);

        assertThatThrownBy(() -> hanging.run(Duration.ofMillis(500)))
                .isInstanceOf(AssertionError.class)
                .hasMessageContainingAll("Hangs", "PT0.5S", "was killed");
    }

    @Test
    void killsAChildWhoseParentIsInterrupted() {
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> ForkedJvm.of(Hangs.class).run(PLENTY)).isInstanceOf(InterruptedException.class);
        assertThat(ProcessHandle.current().children().filter(ForkedJvmTest::hangs))
                .isEmpty();
    }

    @Test
    void reportsAClassThatIsNotThere() throws InterruptedException {
        Result result = ForkedJvm.of("dev.favilla.Nowhere").classPath(".").run(PLENTY);

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.stderr()).contains("dev.favilla.Nowhere");
    }

    private static boolean hangs(ProcessHandle child) {
        return child.isAlive() && child.info().commandLine().orElse("").contains(Hangs.class.getName());
    }

    static final class Prints {
        public static void main(String[] args) {
            System.out.println(System.getProperty("greeting") + " " + List.of(args));
            System.err.println("\u00e9clair");
            System.exit(7);
        }
    }

    static final class Hangs {
        public static void main(String[] args) throws InterruptedException {
            new CountDownLatch(1).await();
        }
    }
}
