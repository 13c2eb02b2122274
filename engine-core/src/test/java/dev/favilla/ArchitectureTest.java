package dev.favilla;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaConstructor;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.lang.ArchRule;
import dev.favilla.memory.MemoryManager;
import dev.favilla.scheduler.JobScheduler;
import dev.favilla.shuffle.Partitioner;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The plan of the house, checked: imports go downwards, and nothing is done that an embedded engine may not do. */
class ArchitectureTest {

    /** Tell how long things took, or until when to wait; the scheduler itself is given a clock. */
    private static final Set<String> READ_THE_CLOCK = Set.of(
            "dev.favilla.scheduler.executor.SlotStopper",
            "dev.favilla.scheduler.service.Deadline",
            "dev.favilla.memory.MemoryLedger",
            "dev.favilla.shuffle.transfer.netty.JoinedThreads",
            "dev.favilla.Reachability");

    /** The packages that the signatures of {@code dev.favilla} may name, and what users need of each. */
    private static final Map<String, String> AUDIENCE_PACKAGES = Map.ofEntries(
            Map.entry("dev.favilla", "the API itself"),
            Map.entry("dev.favilla.function", "the functions that users write"),
            Map.entry("dev.favilla.task", "what a function may know of its task, and how a task failed"),
            Map.entry("dev.favilla.job", "pools and properties of jobs, and why a job failed"),
            Map.entry("dev.favilla.status", "what a context is doing and has done"),
            Map.entry("dev.favilla.stats", "what is computed of numbers"),
            Map.entry("dev.favilla.event", "what listeners are told"),
            Map.entry("dev.favilla.spi", "how extensions are installed, and what they are given"),
            Map.entry("dev.favilla.lineage", "datasets as data: what extensions and printers read"),
            Map.entry("dev.favilla.io", "sources and sinks that users write"));

    /** The types of engine packages that they may name. */
    private static final Map<String, String> AUDIENCE_TYPES = Map.of(
            "dev.favilla.storage.StorageLevel", "said by users who keep a dataset, obeyed by stores",
            "dev.favilla.shuffle.Partitioner", "implemented by users who place keys themselves, asked by shuffles",
            "dev.favilla.shuffle.RangePartitioner", "found in a sample for users, who place keys by it",
            "dev.favilla.attempt.ExecutorId", "names executors to users as to all layers",
            "dev.favilla.serializer.KryoRegistration", "implemented by users who register classes",
            "dev.favilla.disk.DiskUsage", "a value that local disks report and a context's status shows",
            "dev.favilla.memory.MemoryUsage", "a value that managers report and a context's status shows");

    /** Where blocks go through channels. */
    private static final String CHANNELS = "dev.favilla.shuffle.transfer.netty";

    /** An address that is only handed on may be one of a channel in memory. */
    private static final DescribedPredicate<JavaClass> ARE_SOCKETS = DescribedPredicate.describe(
            "are sockets",
            type -> (type.getPackageName().equals("java.net")
                            && !Set.of("URI", "URL", "URISyntaxException", "SocketAddress")
                                    .contains(type.getSimpleName()))
                    || type.getName().matches("java\\.nio\\.channels\\..*Socket.*"));

    /** More in one package than a reader can hold. */
    private static final int MOST_PUBLIC_TYPES = 25;

    private static final JavaClasses MAIN = new ClassFileImporter()
            .importLocations(Stream.of(MemoryManager.class, Partitioner.class, JobScheduler.class, EngineContext.class)
                    .map(type -> Location.of(
                            type.getProtectionDomain().getCodeSource().getLocation()))
                    .collect(Collectors.toSet()))
            .that(DescribedPredicate.not(JavaClass.Predicates.resideInAPackage("dev.favilla.testing..")));

    private static void check(ArchRule rule) {
        rule.allowEmptyShould(true).check(MAIN);
    }

    @Test
    void importsGoDownwardsOnly() {
        check(layeredArchitecture()
                .consideringOnlyDependenciesInAnyPackage("dev.favilla..")
                .layer("fault")
                .definedBy("dev.favilla.fault..")
                .layer("memory")
                .definedBy("dev.favilla.memory..")
                .layer("attempt")
                .definedBy("dev.favilla.attempt..")
                .layer("disk")
                .definedBy("dev.favilla.disk..")
                .layer("frame")
                .definedBy("dev.favilla.frame..")
                .layer("value")
                .definedBy("dev.favilla.value..")
                .layer("serializer")
                .definedBy("dev.favilla.serializer..")
                .layer("digest")
                .definedBy("dev.favilla.digest..")
                .layer("closure")
                .definedBy("dev.favilla.closure..")
                .layer("disk")
                .definedBy("dev.favilla.disk..")
                .layer("storage")
                .definedBy("dev.favilla.storage..")
                .layer("function")
                .definedBy("dev.favilla.function..")
                .layer("shuffle")
                .definedBy("dev.favilla.shuffle..")
                .layer("spill")
                .definedBy("dev.favilla.spill..")
                .layer("scheduler")
                .definedBy(
                        "dev.favilla.lineage..",
                        "dev.favilla.pipeline..",
                        "dev.favilla.task..",
                        "dev.favilla.job..",
                        "dev.favilla.status..",
                        "dev.favilla.event..",
                        "dev.favilla.scheduler..")
                .layer("core")
                .definedBy(
                        "dev.favilla",
                        "dev.favilla.rdd..",
                        "dev.favilla.text..",
                        "dev.favilla.stats..",
                        "dev.favilla.io..")
                .layer("spi")
                .definedBy("dev.favilla.spi..")
                .whereLayer("fault")
                .mayNotAccessAnyLayer()
                .whereLayer("memory")
                .mayNotAccessAnyLayer()
                .whereLayer("disk")
                .mayOnlyAccessLayers("fault", "memory")
                .whereLayer("frame")
                .mayNotAccessAnyLayer()
                .whereLayer("value")
                .mayNotAccessAnyLayer()
                .whereLayer("attempt")
                .mayOnlyAccessLayers("fault", "memory")
                .whereLayer("serializer")
                .mayOnlyAccessLayers("disk", "frame", "value", "attempt")
                .whereLayer("digest")
                .mayOnlyAccessLayers("value", "serializer")
                .whereLayer("closure")
                .mayOnlyAccessLayers("value", "attempt", "serializer")
                .whereLayer("storage")
                .mayOnlyAccessLayers("fault", "memory", "disk", "attempt", "frame", "value", "serializer", "digest")
                .whereLayer("core")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("spi")
                .mayOnlyBeAccessedByLayers("core")
                .whereLayer("scheduler")
                .mayOnlyBeAccessedByLayers("spi", "core")
                .whereLayer("shuffle")
                .mayOnlyBeAccessedByLayers("scheduler", "spi", "core")
                .whereLayer("spill")
                .mayOnlyBeAccessedByLayers("shuffle", "scheduler", "core")
                .whereLayer("function")
                .mayOnlyBeAccessedByLayers("shuffle", "scheduler", "core")
                .whereLayer("storage")
                .mayOnlyBeAccessedByLayers("shuffle", "scheduler", "core"));
    }

    @Test
    void packagesHaveNoCycles() {
        check(slices().matching("dev.favilla.(**)").should().beFreeOfCycles());
        check(noClasses()
                .that()
                .resideInAnyPackage("dev.favilla.rdd..", "dev.favilla.text..", "dev.favilla.io..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.favilla"));
    }

    @Test
    void contractsDoNotNameTheirImplementations() {
        check(noClasses()
                .that()
                .resideInAPackage("dev.favilla.shuffle")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.favilla.shuffle.hash..", "dev.favilla.shuffle.transfer.."));
        check(noClasses()
                .that()
                .resideInAnyPackage("dev.favilla.scheduler", "dev.favilla.lineage")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.favilla.pipeline..",
                        "dev.favilla.scheduler.dag..",
                        "dev.favilla.scheduler.task..",
                        "dev.favilla.scheduler.executor..",
                        "dev.favilla.scheduler.service.."));
    }

    @Test
    void pipelinesKnowNothingOfThoseWhoRunThem() {
        check(noClasses()
                .that()
                .resideInAPackage("dev.favilla.pipeline")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.favilla.scheduler.dag..",
                        "dev.favilla.scheduler.task..",
                        "dev.favilla.scheduler.executor..",
                        "dev.favilla.scheduler.service.."));
    }

    @Test
    void internalPackagesHaveOnePublicClass() {
        for (String internal : List.of(
                "dev.favilla.digest",
                "dev.favilla.shuffle.hash",
                "dev.favilla.shuffle.transfer",
                "dev.favilla.shuffle.transfer.netty",
                "dev.favilla.scheduler.dag",
                "dev.favilla.scheduler.executor",
                "dev.favilla.scheduler.service")) {
            assertThat(MAIN.stream()
                            .filter(type -> type.getPackageName().equals(internal))
                            .filter(type -> type.isTopLevelClass()
                                    && type.getModifiers().contains(JavaModifier.PUBLIC))
                            .map(JavaClass::getSimpleName))
                    .as(internal)
                    .hasSize(1);
        }
    }

    @Test
    void usersSeeAudiencePackagesOnly() {
        Set<String> strangers = new TreeSet<>();
        for (JavaClass type : MAIN) {
            if (type.getPackageName().equals("dev.favilla") && isVisible(type)) {
                namedBy(type)
                        .filter(named -> !isForUsers(named))
                        .forEach(named -> strangers.add(type.getSimpleName() + " names " + named.getName()));
            }
        }
        assertThat(strangers).isEmpty();
    }

    private static boolean isForUsers(JavaClass named) {
        JavaClass type = named.getBaseComponentType();
        return type.isPrimitive()
                || type.getPackageName().startsWith("java.")
                || AUDIENCE_PACKAGES.containsKey(type.getPackageName())
                || AUDIENCE_TYPES.containsKey(type.getName());
    }

    private static boolean isVisible(JavaClass type) {
        return type.getModifiers().contains(JavaModifier.PUBLIC)
                && type.getEnclosingClass().map(ArchitectureTest::isVisible).orElse(true);
    }

    /** Returns what a type extends, and what its public members and type parameters speak of. */
    private static Stream<JavaClass> namedBy(JavaClass type) {
        Stream<JavaType> parents = Stream.concat(type.getSuperclass().stream(), type.getInterfaces().stream());
        Stream<JavaType> fields =
                type.getFields().stream().filter(ArchitectureTest::isForOthers).map(JavaField::getType);
        Stream<JavaType> methods = type.getCodeUnits().stream()
                .filter(ArchitectureTest::isForOthers)
                .flatMap(method -> Stream.concat(
                        Stream.of(method.getReturnType()),
                        Stream.concat(method.getParameterTypes().stream(), method.getExceptionTypes().stream())));
        return Stream.of(parents, fields, methods, type.getTypeParameters().stream())
                .flatMap(types -> types)
                .flatMap(named -> ((JavaType) named).getAllInvolvedRawTypes().stream());
    }

    private static boolean isForOthers(JavaMember member) {
        Set<JavaModifier> modifiers = member.getModifiers();
        return !modifiers.contains(JavaModifier.SYNTHETIC)
                && (modifiers.contains(JavaModifier.PUBLIC) || modifiers.contains(JavaModifier.PROTECTED));
    }

    @Test
    void noPackageHasMorePublicTypesThanAReaderCanHold() {
        Map<String, Long> many = MAIN.stream()
                .filter(type -> type.isTopLevelClass() && type.getModifiers().contains(JavaModifier.PUBLIC))
                .filter(type -> !type.getSimpleName().equals("package-info"))
                .collect(Collectors.groupingBy(JavaClass::getPackageName, Collectors.counting()));
        many.values().removeIf(count -> count <= MOST_PUBLIC_TYPES);
        assertThat(many).isEmpty();
    }

    @Test
    void taskSchedulingIsForTheStageSchedulerOnly() {
        check(noClasses()
                .that()
                .resideOutsideOfPackages("dev.favilla.scheduler.dag..", "dev.favilla.scheduler.task..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.favilla.scheduler.task.."));
    }

    @Test
    void nothingStaticCanChange() {
        check(fields().that().areStatic().should().beFinal());
    }

    @Test
    void threadLocalsAndStaticCollectionsAreTheNamedExceptions() {
        assertThat(MAIN.stream()
                        .flatMap(type -> type.getFields().stream())
                        .filter(field -> field.getModifiers().contains(JavaModifier.STATIC))
                        .filter(field -> field.getRawType().isAssignableTo(ThreadLocal.class)
                                || field.getRawType().isAssignableTo(java.util.concurrent.ConcurrentMap.class))
                        .map(field -> field.getOwner().getSimpleName()))
                .containsExactlyInAnyOrder("TaskContext", "TaskThreads");
    }

    @Test
    void noScriptOrNamingIsUsedAndProcessesByPipeOnly() {
        check(noClasses()
                .that()
                .doNotHaveFullyQualifiedName("dev.favilla.rdd.pipe.ChildProcess")
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.lang.ProcessBuilder"));
        check(noClasses()
                .should()
                .callMethodWhere(target(owner(assignableTo(Runtime.class))).and(target(name("exec"))))
                .orShould()
                .dependOnClassesThat()
                .resideInAnyPackage("javax.script..", "javax.naming..", "java.rmi..", "javax.management..")
                .orShould()
                .dependOnClassesThat()
                .resideInAnyPackage("java.util.logging..", "org.apache.logging.."));
    }

    /** Only what a channel is made of knows sockets, and only the package of channels knows Netty. */
    @Test
    void channelsStayWhereTheyAre() {
        check(noClasses()
                .that()
                .resideOutsideOfPackage(CHANNELS)
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.netty.."));
        check(noClasses()
                .that(DescribedPredicate.not(DescribedPredicate.describe(
                        "are of the loopback medium", type -> type.getName().startsWith(CHANNELS + ".LoopbackMedium"))))
                .should()
                .dependOnClassesThat(ARE_SOCKETS));
        check(noClasses()
                .that()
                .haveFullyQualifiedName("dev.favilla.shuffle.transfer.netty.NettyTransfer")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.netty.."));
    }

    /** What arrives at a channel goes to whoever asked, as bytes. */
    @Test
    void channelsDeserializeNothing() {
        check(noClasses()
                .that()
                .resideInAPackage(CHANNELS)
                .should()
                .dependOnClassesThat(DescribedPredicate.describe(
                        "read objects",
                        type -> type.getPackageName().startsWith("com.esotericsoftware")
                                || type.getPackageName().equals("dev.favilla.closure")
                                || type.getName().startsWith("java.io.Object")
                                || (type.getPackageName().equals("dev.favilla.serializer")
                                        && !type.getSimpleName().equals("SerializationException")))));
    }

    @Test
    void classesAreNeverLoadedByName() {
        check(noClasses()
                .should()
                .callMethodWhere(target(owner(assignableTo(Class.class))).and(target(name("forName"))))
                .orShould()
                .callMethodWhere(target(owner(assignableTo(ClassLoader.class))).and(target(name("loadClass")))));
    }

    @Test
    void nothingIsPrinted() {
        check(noClasses()
                .that()
                .doNotHaveSimpleName("BoundMethod") // compares the streams that users pass with these
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .orShould()
                .callMethodWhere(target(owner(assignableTo(Throwable.class))).and(target(name("printStackTrace")))));
    }

    @Test
    void chanceAndTimeComeFromOutside() {
        check(noClasses()
                .should()
                .callMethod(Math.class, "random")
                .orShould()
                .callMethodWhere(target(owner(assignableTo(Thread.class))).and(target(name("sleep"))))
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.util.concurrent.ThreadLocalRandom"));
        check(noClasses()
                .that(areNot(READ_THE_CLOCK))
                .should()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethodWhere(
                        target(owner(assignableTo(java.time.Instant.class))).and(target(name("now"))))
                .orShould()
                .callMethodWhere(target(owner(assignableTo(java.time.LocalDateTime.class)))
                        .and(target(name("now")))));
    }

    @Test
    void onlyTextAndLocalDiskOpenFiles() {
        check(noClasses()
                .that()
                .resideOutsideOfPackages("dev.favilla.text..", "dev.favilla.disk..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.nio.file..")
                .orShould()
                .dependOnClassesThat(DescribedPredicate.describe(
                        "open files", type -> type.getName().matches("java\\.io\\.(File|RandomAccessFile)\\w*"))));
    }

    @Test
    void everyExceptionIsMadeWithAMessage() {
        for (JavaClass type : MAIN) {
            if (type.isAssignableTo(Throwable.class)) {
                for (JavaConstructor constructor : type.getConstructors()) {
                    assertThat(constructor.getRawParameterTypes())
                            .as("%s says nothing", constructor.getFullName())
                            .isNotEmpty();
                }
            }
        }
    }

    private static DescribedPredicate<JavaClass> areNot(Set<String> names) {
        return DescribedPredicate.describe(
                "are not among " + names,
                type -> names.stream()
                        .noneMatch(each ->
                                type.getName().equals(each) || type.getName().startsWith(each + "$")));
    }
}
