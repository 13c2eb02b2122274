package dev.favilla.benchmarks.workload;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Several large jobs in one context, one after another: each meets the heap, and the compiled code, that those before it
 * have left behind.
 *
 * @param parts what is done, in this order
 */
public record OneAfterAnother(String name, List<Workload> parts) implements Workload {

    public OneAfterAnother {
        parts = List.copyOf(parts);
    }

    @Override
    public String description() {
        return parts.size() + " jobs in one context: "
                + String.join(", ", parts.stream().map(Workload::name).toList());
    }

    @Override
    public long units() {
        return parts.stream().mapToLong(Workload::units).sum();
    }

    @Override
    public String unit() {
        return "record";
    }

    @Override
    public Set<Contender> contenders() {
        Set<Contender> able = EnumSet.allOf(Contender.class);
        parts.forEach(part -> able.retainAll(part.contenders()));
        return able;
    }

    @Override
    public Job openOn(Contestant contestant) throws Exception {
        List<Job> jobs = new ArrayList<>();
        for (Workload part : parts) {
            jobs.add(part.openOn(contestant));
        }
        return new Sequence(jobs);
    }

    /** Its jobs, opened and closed together. */
    private record Sequence(List<Job> jobs) implements Job {

        @Override
        public long run() throws Exception {
            long check = 0;
            for (Job job : jobs) {
                check = Data.check(check, job.run());
            }
            return check;
        }

        @Override
        public void close() {
            jobs.forEach(Job::close);
        }
    }
}
