package dev.favilla.scheduler.dag;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.favilla.scheduler.dag.StageEvent.Aborted;
import dev.favilla.scheduler.dag.StageEvent.Completed;
import dev.favilla.scheduler.dag.StageEvent.InputChanged;
import dev.favilla.scheduler.dag.StageEvent.InputLost;
import dev.favilla.scheduler.dag.StageEvent.OutputLost;
import dev.favilla.scheduler.dag.StageEvent.Submitted;
import dev.favilla.scheduler.dag.StageState.Done;
import dev.favilla.scheduler.dag.StageState.Failed;
import dev.favilla.scheduler.dag.StageState.Running;
import dev.favilla.scheduler.dag.StageState.Waiting;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class StageStateTest {

    private static final Submitted SUBMITTED = new Submitted();
    private static final Completed COMPLETED = new Completed();
    private static final OutputLost OUTPUT_LOST = new OutputLost();
    private static final InputChanged INPUT_CHANGED = new InputChanged();
    private static final Aborted ABORTED = new Aborted("enough");

    /** What each state becomes; a pair that is not here is illegal. */
    private static Map<StageState, Map<StageEvent, StageState>> table() {
        Map<StageState, Map<StageEvent, StageState>> table = new LinkedHashMap<>();
        table.put(
                new Waiting(2),
                Map.of(
                        SUBMITTED,
                        new Running(2),
                        COMPLETED,
                        new Done(2),
                        new InputLost(1),
                        new Waiting(2),
                        OUTPUT_LOST,
                        new Waiting(2),
                        INPUT_CHANGED,
                        new Waiting(2),
                        ABORTED,
                        new Failed("enough")));
        table.put(
                new Running(2),
                Map.of(
                        COMPLETED,
                        new Done(3),
                        new InputLost(1),
                        new Running(2),
                        new InputLost(2),
                        new Waiting(3),
                        OUTPUT_LOST,
                        new Running(2),
                        INPUT_CHANGED,
                        new Waiting(3),
                        ABORTED,
                        new Failed("enough")));
        table.put(
                new Done(2),
                Map.of(
                        new InputLost(1),
                        new Done(2),
                        OUTPUT_LOST,
                        new Waiting(2),
                        INPUT_CHANGED,
                        new Waiting(2),
                        ABORTED,
                        new Failed("enough")));
        table.put(new Failed("before"), Map.of());
        return table;
    }

    private static final Set<StageEvent> EVENTS = Set.of(
            SUBMITTED,
            COMPLETED,
            new InputLost(1),
            new InputLost(2),
            new InputLost(3),
            OUTPUT_LOST,
            INPUT_CHANGED,
            ABORTED);

    @Test
    void theTableHasEveryStateAndEvent() {
        assertThat(classesOf(table().keySet())).isEqualTo(permitted(StageState.class));
        assertThat(classesOf(EVENTS)).isEqualTo(permitted(StageEvent.class));
    }

    @Test
    void everyPairOfStateAndEventMovesOrThrowsWithBothNames() {
        table().forEach((state, moves) -> {
            for (StageEvent event : EVENTS) {
                if (moves.containsKey(event)) {
                    assertThat(state.on(event)).as("%s on %s", state, event).isEqualTo(moves.get(event));
                } else {
                    assertThatThrownBy(() -> state.on(event))
                            .as("%s on %s", state, event)
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessageContainingAll(state.toString(), event.toString(), "Scheduler bug");
                }
            }
        });
    }

    @Nested
    class RunningAttempt {

        @Test
        void goesBackOnceHoweverManyOfItsTasksLoseTheirInput() {
            StageState state = new Running(0).on(new InputLost(0));

            assertThat(state).isEqualTo(new Waiting(1));
            assertThat(state.on(new InputLost(0))).isEqualTo(new Waiting(1));
        }

        @Test
        void isNotDisturbedByTheLostInputOfAnOlderAttempt() {
            assertThat(new Running(3).on(new InputLost(1))).isEqualTo(new Running(3));
        }
    }

    private static Set<Class<?>> classesOf(Set<?> values) {
        Set<Class<?>> classes = new HashSet<>();
        values.forEach(value -> classes.add(value.getClass()));
        return classes;
    }

    private static Set<Class<?>> permitted(Class<?> sealed) {
        return new HashSet<>(Arrays.asList(sealed.getPermittedSubclasses()));
    }
}
