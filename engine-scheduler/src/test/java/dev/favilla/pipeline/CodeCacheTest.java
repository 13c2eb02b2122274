package dev.favilla.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.favilla.attempt.TaskScope;
import dev.favilla.closure.ClassRecipe;
import dev.favilla.lineage.Collecting;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.Sink;
import dev.favilla.lineage.TestLineage;
import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandles;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CodeCacheTest {

    private static final int RECORDS = 20_000;

    private final TestLineage lineage = new TestLineage();
    private final PipelineHarness host = new PipelineHarness();

    /** The classes of the sinks that records went through, each once. */
    private final List<Class<?>> seen = new ArrayList<>();

    @AfterEach
    void close() {
        host.close();
    }

    private LineageNode numbers() {
        return lineage.source(1, partition -> IntStream.range(0, RECORDS).iterator());
    }

    private LineageNode mapped(LineageNode parent, UnaryOperator<Object> function) {
        return lineage.push(parent, (down, inputs) -> new Mapping(function, seen, down));
    }

    private List<Object> run(LineageNode node) throws Exception {
        try (TaskScope scope = host.scope()) {
            Collecting sink = Collecting.all();
            PipelineBuilder pipelines = host.pipelines(scope, Map.of());
            pipelines.drive(pipelines.open(node, 0), sink);
            return sink.records;
        }
    }

    @Test
    void eachPlaceGetsAClassOfItsOwnAndTheRecordsStayWhatTheyAre() throws Exception {
        host.code = CodeCache.after(5000);

        List<Object> records = run(mapped(mapped(numbers(), n -> (int) n + 1), n -> (int) n * 2));

        assertThat(records)
                .isEqualTo(IntStream.range(0, RECORDS)
                        .mapToObj(n -> (Object) (2 * (n + 1)))
                        .toList());
        assertThat(seen)
                .hasSize(3)
                .contains(Mapping.class)
                .filteredOn(Class::isHidden)
                .hasSize(2);
    }

    @Test
    void laterChainsOfTheSameShapeUseTheSameClasses() throws Exception {
        host.code = CodeCache.after(5000);
        UnaryOperator<Object> function = n -> (int) n + 1;

        run(mapped(numbers(), function));
        run(mapped(numbers(), function));

        assertThat(seen).hasSize(2);
        assertThat(host.code.size()).isOne();
    }

    @Test
    void anotherFunctionIsAnotherShape() throws Exception {
        host.code = CodeCache.after(5000);

        run(mapped(numbers(), n -> (int) n + 1));
        run(mapped(numbers(), n -> (int) n + 2));

        assertThat(seen).hasSize(3);
        assertThat(host.code.size()).isEqualTo(2);
    }

    @Test
    void aSinkThatCannotBeMadeAgainStaysAndThoseBeforeItChange() throws Exception {
        host.code = CodeCache.after(0);

        LineageNode node = mapped(mapped(lineage.filter(numbers(), n -> (int) n % 2 == 0), n -> n), n -> n);
        LineageNode above = lineage.filter(node, n -> (int) n % 3 == 0);

        assertThat(run(mapped(above, n -> n))).hasSize(RECORDS / 6 + 1);
        assertThat(seen).containsExactly(Mapping.class); // the filter below passes on to what it was given
    }

    @Test
    void onlyTheShapesUsedLastAreRemembered() throws Exception {
        host.code = new CodeCache(5000, 2);
        List<UnaryOperator<Object>> functions = List.of(n -> n, n -> (int) n + 1, n -> (int) n + 2, n -> (int) n + 3);

        for (UnaryOperator<Object> function : functions) {
            run(mapped(numbers(), function));
        }

        assertThat(host.code.size()).isEqualTo(2);
    }

    @Test
    void anErrorComesOutOfAClassOfItsOwnUntouched() {
        host.code = CodeCache.after(0);
        IllegalStateException error = new IllegalStateException("not this one");

        assertThatThrownBy(() -> run(mapped(numbers(), n -> {
                    if ((int) n == 1000) {
                        throw error;
                    }
                    return n;
                })))
                .isSameAs(error);
    }

    @Test
    void aClassThatCannotBeCopiedLeavesTheChainAsItIs() throws Exception {
        host.code = CodeCache.after(0);
        LineageNode odd = lineage.push(numbers(), (down, inputs) -> new TwoConstructors(down));

        assertThat(run(mapped(odd, n -> n))).hasSize(RECORDS);
        assertThat(seen).containsExactly(Mapping.class);
    }

    @Test
    void neitherFunctionsNorForgottenCopiesAreKept() throws Exception {
        host.code = new CodeCache(5000, 1);
        List<Reference<?>> gone = new ArrayList<>();

        runWithFunctionOfAnotherLoader(gone);
        assertThat(host.code.size()).isOne();
        awaitCleared(gone.get(0)); // while its shape is remembered
        run(mapped(numbers(), n -> (int) n + 1));
        awaitCleared(gone.get(1));
    }

    private void runWithFunctionOfAnotherLoader(List<Reference<?>> gone) throws Exception {
        OneClass loader = new OneClass(AddOne.class);
        @SuppressWarnings("unchecked") // the same class again
        UnaryOperator<Object> function =
                (UnaryOperator<Object>) loader.own().getDeclaredConstructor().newInstance();
        run(mapped(numbers(), function));
        Class<?> copy = seen.stream().filter(Class::isHidden).findFirst().orElseThrow();
        assertThat(function.getClass()).isNotEqualTo(AddOne.class);
        gone.add(new WeakReference<>(loader));
        gone.add(new WeakReference<>(copy));
        seen.clear();
    }

    private static void awaitCleared(Reference<?> reference) {
        for (int i = 0; i < 100 && reference.get() != null; i++) {
            System.gc();
        }
        assertThat(reference.get()).isNull();
    }

    /** As the engine's own. */
    private static final class Mapping extends Sink {

        private final UnaryOperator<Object> function;
        private final List<Class<?>> seen;
        private final Sink downstream;

        Mapping(UnaryOperator<Object> function, List<Class<?>> seen, Sink downstream) {
            this.function = function;
            this.seen = seen;
            this.downstream = downstream;
        }

        @Override
        public boolean push(@Nullable Object record) throws Exception {
            if (!seen.contains(getClass())) {
                seen.add(getClass());
            }
            return downstream.push(function.apply(record));
        }

        @Override
        public ClassRecipe recipe() {
            return new ClassRecipe(MethodHandles.lookup(), function, seen, downstream);
        }

        @Override
        public void end() throws Exception {
            downstream.end();
        }
    }

    /** Nobody could say which of them is meant. */
    private static final class TwoConstructors extends Sink {

        private final Sink downstream;

        TwoConstructors(Sink downstream) {
            this.downstream = downstream;
        }

        TwoConstructors(Sink downstream, IntPredicate ignored) {
            this(downstream);
        }

        @Override
        public boolean push(@Nullable Object record) throws Exception {
            return downstream.push(record);
        }

        @Override
        public ClassRecipe recipe() {
            return new ClassRecipe(MethodHandles.lookup(), downstream);
        }

        @Override
        public void end() throws Exception {
            downstream.end();
        }
    }

    /** A function that another loader defines, too. */
    public static final class AddOne implements UnaryOperator<Object> {

        @Override
        public Object apply(Object n) {
            return (int) n + 1;
        }
    }

    /** Defines one class again. */
    private static final class OneClass extends ClassLoader {

        private final Class<?> own;

        OneClass(Class<?> original) throws IOException {
            super(original.getClassLoader());
            String file = original.getName().replace('.', '/') + ".class";
            try (InputStream bytes = original.getClassLoader().getResourceAsStream(file)) {
                byte[] all = bytes.readAllBytes();
                this.own = defineClass(original.getName(), all, 0, all.length);
            }
        }

        Class<?> own() {
            return own;
        }
    }
}
