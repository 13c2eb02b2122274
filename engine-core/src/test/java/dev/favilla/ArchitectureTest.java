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
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.lang.ArchRule;
import dev.favilla.memory.MemoryManager;
import dev.favilla.scheduler.JobScheduler;
import dev.favilla.shuffle.Partitioner;
import java.util.List;
import java.util.Set;
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
            "dev.favilla.Reachability");

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
                .layer("storage")
                .definedBy("dev.favilla.storage..")
                .layer("function")
                .definedBy("dev.favilla.function..")
                .layer("shuffle")
                .definedBy("dev.favilla.shuffle..")
                .layer("spill")
                .definedBy("dev.favilla.spill..")
                .layer("scheduler")
                .definedBy("dev.favilla.lineage..", "dev.favilla.scheduler..")
                .layer("core")
                .definedBy("dev.favilla", "dev.favilla.rdd..", "dev.favilla.text..")
                .layer("spi")
                .definedBy("dev.favilla.spi..")
                .whereLayer("fault")
                .mayNotAccessAnyLayer()
                .whereLayer("memory")
                .mayNotAccessAnyLayer()
                .whereLayer("frame")
                .mayNotAccessAnyLayer()
                .whereLayer("value")
                .mayNotAccessAnyLayer()
                .whereLayer("attempt")
                .mayOnlyAccessLayers("fault", "memory")
                .whereLayer("serializer")
                .mayOnlyAccessLayers("frame", "value", "attempt")
                .whereLayer("digest")
                .mayOnlyAccessLayers("value", "serializer")
                .whereLayer("closure")
                .mayOnlyAccessLayers("value", "attempt", "serializer")
                .whereLayer("storage")
                .mayOnlyAccessLayers("fault", "memory", "attempt", "frame", "value", "serializer", "digest")
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
                .resideInAnyPackage("dev.favilla.rdd..", "dev.favilla.text..")
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
    void noProcessScriptNamingOrSocketIsUsed() {
        check(noClasses()
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.lang.ProcessBuilder")
                .orShould()
                .callMethodWhere(target(owner(assignableTo(Runtime.class))).and(target(name("exec"))))
                .orShould()
                .dependOnClassesThat()
                .resideInAnyPackage("javax.script..", "javax.naming..", "java.rmi..", "javax.management..")
                .orShould()
                .dependOnClassesThat()
                .resideInAnyPackage("java.util.logging..", "org.apache.logging..")
                .orShould()
                .dependOnClassesThat(DescribedPredicate.describe(
                        "are sockets",
                        type -> (type.getPackageName().equals("java.net")
                                        && !Set.of("URI", "URL", "URISyntaxException")
                                                .contains(type.getSimpleName()))
                                || type.getName().matches("java\\.nio\\.channels\\..*Socket.*"))));
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
    void onlyTextOpensFiles() {
        check(noClasses()
                .that()
                .resideOutsideOfPackage("dev.favilla.text..")
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
