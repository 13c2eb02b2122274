package dev.favilla.scheduler.executor;

import dev.favilla.scheduler.SchedulerEvent;
import java.util.function.Consumer;

/** Where an executor's events leave it, until it is given up. May be used from any thread. */
final class Outlet implements Consumer<SchedulerEvent> {

    private final Consumer<SchedulerEvent> post;
    private volatile boolean shut;

    Outlet(Consumer<SchedulerEvent> post) {
        this.post = post;
    }

    @Override
    public void accept(SchedulerEvent event) {
        if (!shut) {
            post.accept(event);
        }
    }

    /** Lets nothing out any more. */
    void shut() {
        shut = true;
    }

    boolean isShut() {
        return shut;
    }
}
