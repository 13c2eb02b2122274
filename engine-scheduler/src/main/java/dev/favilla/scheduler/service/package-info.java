/**
 * The scheduler as the rest of the engine sees it: a state machine at work among threads.
 *
 * <p>Start at {@link dev.favilla.scheduler.service.SchedulerService}. Events of callers and slots meet in {@code
 * SchedulerLoop}, which applies them one at a time on threads of the engine, a slot's or {@code OnDemandThread}'s;
 * {@code SchedulerTurn} asks the state machine what each one means, performs its commands, and begins anew if that
 * fails; {@code ExecutorRegistry} knows the executors, those that are gone but not rid of their threads included;
 * {@code Timer} wakes the machine; {@code ListenerBus} tells observers.
 *
 * <p>No decision is taken here: what runs, where, and what happens after a failure is the state machine's.
 */
@NullMarked
package dev.favilla.scheduler.service;

import org.jspecify.annotations.NullMarked;
