package dev.favilla.job;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a job takes over from the thread that submits it.
 *
 * @param group the name under which jobs are cancelled together, if any
 * @param description a text for people, may be empty
 * @param tags further names to cancel it by
 * @param interruptOnCancel whether the threads of its tasks are interrupted at once when it is cancelled
 * @param deadline how long it may take before it is cancelled, if there is a limit
 * @param local properties of the submitting thread, readable in tasks
 */
public record JobProperties(
        @Nullable String group,
        String description,
        Set<String> tags,
        boolean interruptOnCancel,
        @Nullable Duration deadline,
        Map<String, String> local) {

    /** The local property that names the pool of a job, where pools are served fairly. */
    public static final String POOL = "favilla.scheduler.pool";

    /** Nothing set. */
    public static final JobProperties NONE = new JobProperties(null, "", Set.of(), false, null, Map.of());

    public JobProperties {
        tags = Set.copyOf(tags);
        local = Map.copyOf(local);
    }

    /** Returns the pool the job belongs to: {@value PoolSpec#DEFAULT} if none was named, or a blank one. */
    public String pool() {
        String named = local.getOrDefault(POOL, PoolSpec.DEFAULT);
        return named.isBlank() ? PoolSpec.DEFAULT : named;
    }
}
