package dev.favilla;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.fault.FaultInjector;
import dev.favilla.fault.FaultPoint;
import dev.favilla.fault.FaultSite;
import dev.favilla.spi.EngineControl;
import dev.favilla.spi.EngineExtension;
import dev.favilla.status.SchedulerStatus.ExecutorStatus;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One fault: what happens, where, and how often. Installed in a context as its extension.
 *
 * <pre>{@code
 * FaultPlan fault = FaultPlan.failing().at(FaultSite.TASK_END).stage(1).partition(2).attempt(0);
 * try (EngineContext engine = EngineContext.builder().cores(2).extension(fault).open()) {
 *     ...
 *     assertThat(fault.fired()).isEqualTo(1);
 * }
 * }</pre>
 *
 * <p>Without more said it happens once, at whatever place is reached first. Described before the context is opened, and
 * used for one context.
 */
final class FaultPlan implements FaultInjector, EngineExtension {

    private static final long PATIENCE_SECONDS = 30;

    private final Effect effect;
    private final Set<FaultSite> sites = EnumSet.allOf(FaultSite.class);
    private final List<FaultPlan> others = new ArrayList<>();
    private final AtomicInteger fired = new AtomicInteger();
    private final CountDownLatch firedOnce = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);

    private Predicate<FaultPoint> where = point -> true;
    private int times = 1;
    private volatile @Nullable EngineControl control;

    private FaultPlan(Effect effect) {
        this.effect = effect;
    }

    // ---------------------------------------------------------------- what happens

    /** The site fails with an {@link InjectedException}. */
    static FaultPlan failing() {
        return throwing(() -> new InjectedException("a fault of the test's"));
    }

    /** The site fails with what {@code error} gives: an exception or an error. */
    static FaultPlan throwing(Supplier<? extends Throwable> error) {
        return doing((plan, point) -> {
            Throwable thrown = error.get();
            if (thrown instanceof Error e) {
                throw e;
            }
            throw (Exception) thrown;
        });
    }

    /** What is looked for is gone. */
    static FaultPlan dropping() {
        return failing().at(FaultSite.FETCH);
    }

    /** The bytes that are found have one bit flipped. */
    static FaultPlan damaging() {
        return new FaultPlan(new Effect() {
            @Override
            public void happen(FaultPlan plan, FaultPoint point) {
                throw new AssertionError("bytes are damaged where they are read");
            }

            @Override
            public boolean isOfBytes() {
                return true;
            }
        });
    }

    /** The executor of the attempt is lost at this moment. */
    static FaultPlan losing(boolean replace) {
        return doing((plan, point) -> plan.lose(status -> status.id().toString().equals(point.executor()), replace));
    }

    /** The first executor other than the attempt's is lost at this moment. */
    static FaultPlan losingAnother(boolean replace) {
        return doing(
                (plan, point) -> plan.lose(status -> !status.id().toString().equals(point.executor()), replace));
    }

    /** The attempt waits until {@link #release}; an interrupt ends the waiting with an exception. */
    static FaultPlan holding() {
        return doing((plan, point) -> await(plan.released));
    }

    /** What {@code effect} does, which may throw. */
    static FaultPlan doing(Effect effect) {
        return new FaultPlan(effect);
    }

    // ---------------------------------------------------------------- where and how often

    FaultPlan at(FaultSite first, FaultSite... more) {
        sites.retainAll(EnumSet.of(first, more));
        return this;
    }

    FaultPlan stage(int stageId) {
        return where(point -> point.stageId() == stageId);
    }

    FaultPlan partition(int partition) {
        return where(point -> point.partition() == partition);
    }

    /** In attempts with this number: the tries of a partition within one run of its stage, from 0. */
    FaultPlan attempt(int number) {
        return where(point -> point.attemptNumber() == number);
    }

    /** In this run of its stage, from 0. */
    FaultPlan stageAttempt(int number) {
        return where(point -> point.stageAttempt() == number);
    }

    /** At blocks whose name begins so, for example {@code shuffle_3_7_}. */
    FaultPlan block(String prefix) {
        return where(point -> point.block().startsWith(prefix));
    }

    FaultPlan where(Predicate<FaultPoint> more) {
        where = where.and(more);
        return this;
    }

    FaultPlan times(int count) {
        times = count;
        return this;
    }

    FaultPlan always() {
        return times(Integer.MAX_VALUE);
    }

    /** Joins another fault to this one, which is the extension of both. */
    FaultPlan and(FaultPlan other) {
        others.add(other);
        return this;
    }

    // ---------------------------------------------------------------- what came of it

    /** Returns how often it has happened. */
    int fired() {
        return fired.get();
    }

    /** Waits until it has happened, or begun to, once. */
    void awaitFired() throws InterruptedException {
        if (!firedOnce.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("the fault did not happen within " + PATIENCE_SECONDS + " s");
        }
    }

    /** Lets those go on who wait. */
    void release() {
        released.countDown();
    }

    /** Returns the context from the inside, once it is open. */
    EngineControl control() {
        return Objects.requireNonNull(control, "no context was opened with this plan");
    }

    // ---------------------------------------------------------------- as the engine sees it

    @Override
    public FaultInjector faults() {
        return this;
    }

    @Override
    public void opened(EngineControl inside) {
        control = inside;
        others.forEach(other -> other.opened(inside));
    }

    @Override
    public void reach(FaultPoint point) throws Exception {
        for (FaultPlan other : others) {
            other.reach(point);
        }
        if (!effect.isOfBytes() && isDue(point)) {
            effect.happen(this, point);
        }
    }

    @Override
    public byte[] bytes(FaultPoint point, byte[] frame) {
        byte[] found = frame;
        for (FaultPlan other : others) {
            found = other.bytes(point, found);
        }
        if (!effect.isOfBytes() || !isDue(point)) {
            return found;
        }
        byte[] damaged = found.clone();
        damaged[damaged.length / 2] ^= 1;
        return damaged;
    }

    private boolean isDue(FaultPoint point) {
        if (!sites.contains(point.site()) || !where.test(point)) {
            return false;
        }
        int before = fired.getAndUpdate(count -> count < times ? count + 1 : count);
        if (before < times) {
            firedOnce.countDown();
            return true;
        }
        return false;
    }

    private void lose(Predicate<ExecutorStatus> which, boolean replace) {
        ExecutorId lost = control().executors().stream()
                .filter(which)
                .findFirst()
                .orElseThrow(() -> new AssertionError("there is no such executor"))
                .id();
        control().loseExecutor(lost, "the test lost it", replace);
    }

    private static void await(CountDownLatch latch) throws InterruptedException {
        if (!latch.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("nobody let the attempt go on within " + PATIENCE_SECONDS + " s");
        }
    }

    /** What happens at a site. */
    @FunctionalInterface
    interface Effect {

        void happen(FaultPlan plan, FaultPoint point) throws Exception;

        default boolean isOfBytes() {
            return false;
        }
    }

    /** What a site fails with unless something else was said. */
    static final class InjectedException extends Exception {

        private static final long serialVersionUID = 1L;

        InjectedException(String message) {
            super(message);
        }
    }
}
