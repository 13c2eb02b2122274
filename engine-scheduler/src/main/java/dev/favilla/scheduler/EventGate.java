package dev.favilla.scheduler;

import java.util.function.BooleanSupplier;

/**
 * Where one executor's events pass, until it is given up. The executor shuts it when it is abandoned; the scheduler does
 * not rely on that, and has shut it before. May be used from any thread.
 */
public final class EventGate implements Mailbox {

    private final Mailbox mailbox;
    private final BooleanSupplier wantsStarts;
    private volatile boolean shut;

    public EventGate(Mailbox mailbox) {
        this(mailbox, mailbox::wantsStarts);
    }

    /** @param wantsStarts whether anybody has use for hearing that an attempt has started; asked for each */
    public EventGate(Mailbox mailbox, BooleanSupplier wantsStarts) {
        this.mailbox = mailbox;
        this.wantsStarts = wantsStarts;
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
    public boolean wantsStarts() {
        return wantsStarts.getAsBoolean();
    }

    @Override
    public void work() {
        mailbox.work();
    }
}
