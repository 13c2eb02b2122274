package dev.favilla.scheduler.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.job.JobOutcome;
import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.TestLineage;
import dev.favilla.scheduler.executor.TestAction;
import dev.favilla.status.JobReport;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class JobTicketTest {

    private static final JobOutcome ENDED = new JobOutcome.Cancelled(
            "enough", new JobReport(3, new CallSite("count", "Report.java:1"), List.of(), Duration.ZERO));

    private final List<String> told = new ArrayList<>();
    private final JobTicket ticket = new JobTicket(
            3,
            ServiceHarness.request(new TestLineage().source(1, 2), new TestAction()),
            () -> Instant.EPOCH,
            told::add,
            new JobTicket.Unwanted());

    @Test
    void whoFollowsIsToldOnceWhenTheJobHasEnded() {
        ticket.whenEnded(() -> told.add("ended: " + ticket.isEnded()));
        assertThat(ticket.isEnded()).isFalse();
        assertThat(told).isEmpty();

        ticket.complete(ENDED);
        ticket.complete(ENDED);

        assertThat(told).containsExactly("ended: true");
        assertThat(ticket.outcome()).contains(ENDED);
    }

    @Test
    void whoFollowsAJobThatHasEndedIsToldAtOnce() {
        ticket.complete(ENDED);

        ticket.whenEnded(() -> told.add("ended"));

        assertThat(told).containsExactly("ended");
    }

    @Test
    void aJobThatHasEndedIsNotCancelled() {
        ticket.cancel("first");
        ticket.complete(ENDED);
        ticket.cancel("second");

        assertThat(told).containsExactly("first");
    }
}
