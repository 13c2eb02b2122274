package dev.favilla.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.attempt.TaskScope;
import dev.favilla.lineage.Action;
import dev.favilla.lineage.UserCodeException;
import dev.favilla.memory.MemoryManager;
import dev.favilla.memory.TaskKilledException;
import dev.favilla.memory.UnifiedMemoryManager;
import dev.favilla.task.CommitDeniedException;
import dev.favilla.task.Locality;
import dev.favilla.task.TaskCompletionListener;
import dev.favilla.task.TaskContext;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class RunningTaskTest {

    private final MemoryManager memory = new UnifiedMemoryManager(32L << 20, 0.5);
    private final TaskScope scope = new TaskScope(12, "task 12", memory.openTask("task 12"));
    private final RunningTask context = new RunningTask(
            new TaskSpec(
                    12,
                    1,
                    2,
                    3,
                    4,
                    5,
                    6,
                    Locality.ANY,
                    new TaskWork.MergeResults(new NoAction(), List.of(), null),
                    InputSnapshot.NONE,
                    Map.of(),
                    Map.of("color", "red")),
            new ExecutorId("test", 7),
            8,
            scope,
            () -> true);
    private final List<String> heard = Collections.synchronizedList(new ArrayList<>());

    @AfterEach
    void close() {
        scope.close();
    }

    @Nested
    class Facts {

        @Test
        void areThoseOfTheAttempt() throws Exception {
            assertThat(context.jobId()).isEqualTo(1);
            assertThat(context.stageId()).isEqualTo(2);
            assertThat(context.stageAttempt()).isEqualTo(3);
            assertThat(context.partition()).isEqualTo(4);
            assertThat(context.numPartitions()).isEqualTo(5);
            assertThat(context.attemptNumber()).isEqualTo(6);
            assertThat(context.attemptId()).isEqualTo(12);
            assertThat(context.executor()).isEqualTo(new ExecutorId("test", 7));
            assertThat(context.slot()).isEqualTo(8);
            assertThat(scope).isSameAs(scope);
            assertThat(context.mayCommit()).isTrue();
        }

        @Test
        void includeTheLocalPropertiesOfTheSubmittingThread() {
            assertThat(context.localProperty("color")).contains("red");
            assertThat(context.localProperty("size")).isEmpty();
        }

        @Test
        void areKnownOnTheAttemptsThreadWhileItRuns() throws Exception {
            assertThat(TaskContext.get()).isNull();
            assertThat(TaskContext.getPartitionId()).isZero();

            context.addTaskCompletionListener(ended -> heard.add("partition " + TaskContext.getPartitionId()));
            assertThat(context.<Integer>call(TaskContext::getPartitionId)).isEqualTo(4);

            assertThat(heard).containsExactly("partition 4");
            assertThat(TaskContext.get()).isNull();
        }

        @Test
        void tellWhetherAndWhyToStop() {
            context.killTaskIfInterrupted();
            assertThat(context.isInterrupted()).isFalse();

            scope.kill("enough");

            assertThat(context.isInterrupted()).isTrue();
            assertThat(context.killReason()).contains("enough");
            assertThatThrownBy(context::killTaskIfInterrupted).isInstanceOf(TaskKilledException.class);
        }

        @Test
        void tellHowFarTheAttemptIs() throws Exception {
            context.addTaskFailureListener(
                            (failing, error) -> heard.add(failing.isFailed() + " " + failing.isCompleted()))
                    .addTaskCompletionListener(ended -> heard.add(ended.isFailed() + " " + ended.isCompleted()));
            assertThat(context.isCompleted()).isFalse();
            assertThat(context.isFailed()).isFalse();

            fail(new IOException("disk"));

            assertThat(heard).containsExactly("true false", "true true");
        }
    }

    @Nested
    class Listeners {

        @Test
        void areCalledLastAddedFirstAndOnceAfterSuccess() throws Exception {
            for (int i = 0; i < 3; i++) {
                int number = i;
                context.addTaskCompletionListener(ended -> heard.add("end " + number));
            }
            context.addTaskFailureListener((failed, error) -> heard.add("never"));

            assertThat(context.<String>call(() -> {
                        assertThat(heard).isEmpty();
                        return "done";
                    }))
                    .isEqualTo("done");

            assertThat(heard).containsExactly("end 2", "end 1", "end 0");
        }

        @Test
        void ofFailureComeFirstAndGetTheError() throws Exception {
            IOException error = new IOException("disk");
            for (int i = 0; i < 2; i++) {
                int number = i;
                context.addTaskCompletionListener(ended -> heard.add("end " + number));
                context.addTaskFailureListener((failed, cause) -> {
                    assertThat(cause).isSameAs(error);
                    heard.add("failure " + number);
                });
            }

            fail(error);

            assertThat(heard).containsExactly("failure 1", "failure 0", "end 1", "end 0");
        }

        @Test
        void getTheUsersOwnErrorWhereAnOperatorThrewIt() throws Exception {
            IOException error = new IOException("disk");
            AtomicReference<Throwable> told = new AtomicReference<>();
            context.addTaskFailureListener((failed, cause) -> told.set(cause));
            context.addTaskCompletionListener(ended -> {
                throw new IllegalStateException("listener");
            });
            UserCodeException wrapper = new UserCodeException("map at A.java:1", "17", error);

            assertThatThrownBy(() -> context.call(() -> {
                        throw wrapper;
                    }))
                    .isSameAs(wrapper);

            assertThat(told.get()).isSameAs(error);
            assertThat(error.getSuppressed()).hasSize(1);
        }

        @Test
        void areAllCalledEvenIfSomeThrowAndTheFirstErrorStays() throws Exception {
            IOException error = new IOException("disk");
            for (int i = 0; i < 2; i++) {
                int number = i;
                context.addTaskFailureListener((failed, cause) -> {
                    assertThat(cause).isSameAs(error);
                    throw new IllegalStateException("failure listener " + number);
                });
                context.addTaskCompletionListener(ended -> {
                    throw new AssertionError("completion listener " + number);
                });
            }

            fail(error);

            assertThat(error.getSuppressed())
                    .extracting(Throwable::getMessage)
                    .containsExactly(
                            "failure listener 1",
                            "failure listener 0",
                            "completion listener 1",
                            "completion listener 0");
        }

        @Test
        void mayThrowTheAttemptsErrorAgain() throws Exception {
            IOException error = new IOException("disk");
            context.addTaskFailureListener((failed, cause) -> {
                throw (IOException) cause;
            });

            fail(error);

            assertThat(error.getSuppressed()).isEmpty();
        }

        @Test
        void thatThrowAfterSuccessFailTheAttempt() {
            IllegalStateException error = new IllegalStateException("listener");
            context.addTaskFailureListener((failed, cause) -> heard.add("failed with " + cause.getMessage()));
            context.addTaskCompletionListener(ended -> heard.add("the last"));
            context.addTaskCompletionListener(ended -> {
                throw error;
            });

            assertThatThrownBy(() -> context.call(() -> "done")).isSameAs(error);

            assertThat(heard).containsExactly("failed with listener", "the last");
            assertThat(context.isFailed()).isTrue();
        }

        @Test
        void addedLateAreCalledAtOnce() throws Exception {
            IOException error = new IOException("disk");
            fail(error);

            context.addTaskCompletionListener(ended -> heard.add("end"));
            context.addTaskFailureListener((failed, cause) -> heard.add(cause.getMessage()));

            assertThat(heard).containsExactly("end", "disk");
        }

        @Test
        void ofFailureAddedAfterSuccessAreNotCalled() throws Exception {
            context.call(() -> "done");

            context.addTaskFailureListener((failed, cause) -> heard.add("never"));

            assertThat(heard).isEmpty();
        }

        @Test
        void mayAddOthers() throws Exception {
            context.addTaskCompletionListener(first -> {
                heard.add("first");
                context.addTaskCompletionListener(second -> {
                    heard.add("second");
                    context.addTaskFailureListener((failed, cause) -> heard.add("failure"));
                });
            });

            fail(new IOException("disk"));

            assertThat(heard).containsExactly("first", "second", "failure");
        }

        @Test
        void mayWaitForAThreadThatAddsOthersAndNeverRunTwoAtOnce() throws Exception {
            AtomicInteger running = new AtomicInteger();
            List<String> failures = Collections.synchronizedList(new ArrayList<>());
            TaskCompletionListener alone = ended -> {
                if (running.incrementAndGet() != 1) {
                    failures.add("two at once");
                }
                heard.add("other");
                running.decrementAndGet();
            };
            context.addTaskCompletionListener(ended -> {
                running.incrementAndGet();
                Thread other = new Thread(() -> context.addTaskCompletionListener(alone));
                other.start();
                other.join(30_000); // a deadlock would make this wait in vain
                if (other.isAlive()) {
                    failures.add("deadlock");
                }
                running.decrementAndGet();
            });

            context.call(() -> "done");

            assertThat(failures).isEmpty();
            assertThat(heard).containsExactly("other");
        }

        @Test
        void addedByManyThreadsAtTheEndAreEachCalledOnce() throws Exception {
            int adders = 4;
            int each = 500;
            CountDownLatch started = new CountDownLatch(adders);
            AtomicInteger running = new AtomicInteger();
            AtomicInteger overlaps = new AtomicInteger();
            AtomicInteger calls = new AtomicInteger();
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < adders; i++) {
                Thread adder = new Thread(() -> {
                    started.countDown();
                    for (int j = 0; j < each; j++) {
                        context.addTaskCompletionListener(ended -> {
                            overlaps.addAndGet(running.getAndIncrement());
                            calls.incrementAndGet();
                            running.decrementAndGet();
                        });
                    }
                });
                threads.add(adder);
            }

            context.call(() -> {
                threads.forEach(Thread::start);
                return started.await(30, TimeUnit.SECONDS);
            });
            for (Thread thread : threads) {
                thread.join(30_000);
            }

            assertThat(calls).hasValue(adders * each);
            assertThat(overlaps).hasValue(0);
        }
    }

    @Test
    void aDenialNamesTheAttempt() {
        assertThat(new CommitDeniedException(context)).hasMessageContainingAll("12", "partition 4", "stage 2");
    }

    private void fail(IOException error) {
        assertThatThrownBy(() -> context.call(() -> {
                    throw error;
                }))
                .isSameAs(error);
    }

    /** An action that nobody runs. */
    private static final class NoAction implements Action {

        private static final long serialVersionUID = 1L;

        @Override
        public String name() {
            return "nothing";
        }

        @Override
        public @Nullable Object run(dev.favilla.lineage.Cursor input, TaskScope scope) {
            throw new AssertionError("nobody runs this");
        }

        @Override
        public @Nullable Object merge(List<@Nullable Object> staged) {
            return staged;
        }
    }
}
