package dev.favilla.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ManualClockTest {

    private final ManualClock clock = new ManualClock();

    @Test
    void standsStillAtTheStart() {
        assertThat(clock.instant()).isEqualTo(ManualClock.START).isEqualTo(clock.instant());
    }

    @Test
    void showsTheSumOfAllAdvances() {
        clock.advance(Duration.ofSeconds(3));

        assertThat(clock.advance(Duration.ofMillis(5)))
                .isEqualTo(clock.instant())
                .isEqualTo(ManualClock.START.plusMillis(3005));
    }

    @Test
    void refusesToRunBackwards() {
        assertThatThrownBy(() -> clock.advance(Duration.ofMillis(-1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("by must be >= 0, got PT-0.001S");
    }
}
