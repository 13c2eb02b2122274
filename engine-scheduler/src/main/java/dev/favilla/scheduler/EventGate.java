package dev.favilla.scheduler;

/**
 * Where one executor's events pass, until it is given up. The executor shuts it when it is abandoned; the scheduler does
 * not rely on that, and has shut it before. May be used from any thread.
 */
public final class EventGate implements Mailbox {

    private final Mailbox mailbox;
    private volatile boolean shut;

    public EventGate(Mailbox mailbox) {
        this.mailbox = mailbox;
    }

    @Override
    public void accept(SchedulerEvent event) {
        if (!shut) {
            mailbox.accept(event);
        }
    }

    @Override
    public void leave(SchedulerEvent event) {
        if (!shut) {
            mailbox.leave(event);
        }
    }

    /** Lets no event pass any more. */
    public void shut() {
        shut = true;
    }

    public boolean isShut() {
        return shut;
    }

    @Override
    public boolean isWaiting() {
        return mailbox.isWaiting();
    }

    @Override
    public void work() {
        mailbox.work();
    }
}
