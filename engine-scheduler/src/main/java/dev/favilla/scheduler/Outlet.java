package dev.favilla.scheduler;

import java.util.function.Consumer;

/**
 * Where an executor's events pass, until it is given up. The executor keeps its contract with one; the scheduler does not
 * rely on that, and has its own. May be used from any thread.
 */
public final class Outlet implements Consumer<SchedulerEvent> {

    private final Consumer<SchedulerEvent> post;
    private volatile boolean shut;

    public Outlet(Consumer<SchedulerEvent> post) {
        this.post = post;
    }

    @Override
    public void accept(SchedulerEvent event) {
        if (!shut) {
            post.accept(event);
        }
    }

    /** Lets nothing pass any more. */
    public void shut() {
        shut = true;
    }

    public boolean isShut() {
        return shut;
    }
}
