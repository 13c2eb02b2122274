package org.example.sensors;

import dev.favilla.RDD;
import dev.favilla.event.EngineEvent;
import dev.favilla.spi.EngineControl;
import dev.favilla.spi.EngineExtension;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A module with a source, an operator and an action of its own, which listens, publishes and hears the close. */
final class Sensors implements EngineExtension {

    private final AtomicReference<@Nullable EngineControl> control = new AtomicReference<>();
    private final List<String> heard = new CopyOnWriteArrayList<>();

    /** What this module tells those who listen. */
    record Calibrated(Instant time, double largest) implements EngineEvent.Extension {}

    /** Said once the context is being closed. */
    record SwitchedOff(Instant time) implements EngineEvent.Extension {}

    @Override
    public void opened(EngineControl opened) {
        control.set(opened);
        opened.addListener(this::hear);
    }

    @Override
    public void closing() {
        control().publish(new SwitchedOff(Instant.EPOCH));
    }

    private void hear(EngineEvent event) {
        heard.add(event instanceof EngineEvent.JobStarted job ? job.callSite().operation() : name(event));
    }

    private static String name(EngineEvent event) {
        return event.getClass().getSimpleName();
    }

    /** Returns the names of what was told, and of the actions in the place of jobs that started. */
    List<String> heard() {
        return List.copyOf(heard);
    }

    EngineControl control() {
        return Objects.requireNonNull(control.get(), "the extension is not installed");
    }

    /** Returns the readings of all sensors. */
    RDD<Double> readings(int sensors) {
        EngineControl engine = control();
        return RDD.of(
                engine, new ReadingsNode(engine.newDatasetId(), engine.callSite("readings", Sensors.class), sensors));
    }

    /** Returns each reading as a share of the largest one. */
    RDD<Double> shares(RDD<Double> readings) {
        EngineControl engine = control();
        return RDD.of(
                engine,
                new ShareNode(engine.newDatasetId(), engine.callSite("shares", Sensors.class), readings.lineage()));
    }

    /** Returns the largest reading, and tells those who listen. */
    double largest(RDD<Double> readings) {
        EngineControl engine = control();
        Object largest = engine.run(readings.lineage(), new Largest(), engine.callSite("largest", Sensors.class));
        Double found = (Double) Objects.requireNonNull(largest);
        engine.publish(new Calibrated(Instant.EPOCH, found));
        return found;
    }
}
