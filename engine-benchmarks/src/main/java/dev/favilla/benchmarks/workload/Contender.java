package dev.favilla.benchmarks.workload;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The systems that are compared.
 *
 * <p>Their classes are named, not referred to, so that each can run in a JVM with no other system on its class path.
 */
public enum Contender {
    FAVILLA("favilla.FavillaContestant", Libraries.ENGINE, List.of()),
    SPARK("spark.SparkContestant", Libraries.ALL_BUT_ENGINE, SparkFlags.LIST),
    JET("jet.JetContestant", Libraries.HAZELCAST, HazelcastFlags.LIST),
    STREAMS("streams.StreamsContestant", Libraries.NONE, List.of()),
    SINGLE("hand.SingleContestant", Libraries.NONE, List.of()),
    BOXED("hand.BoxedContestant", Libraries.NONE, List.of()),
    PRIMITIVE("hand.PrimitiveContestant", Libraries.NONE, List.of());

    private final String className;
    private final Libraries libraries;
    private final List<String> jvmFlags;

    Contender(String className, Libraries libraries, List<String> jvmFlags) {
        this.className = "dev.favilla.benchmarks." + className;
        this.libraries = libraries;
        this.jvmFlags = jvmFlags;
    }

    /** Returns the name that people type. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Returns the contender of that label.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Contender of(String label) {
        return Stream.of(values())
                .filter(contender -> contender.label().equals(label))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no system is called '" + label + "'; there are "
                        + Stream.of(values()).map(Contender::label).collect(Collectors.joining(", "))));
    }

    /** Returns whether a library belongs on this system's class path. */
    public boolean needs(String jarName) {
        return libraries.contain(jarName);
    }

    /** Returns the flags that this system asks of a JVM. */
    public List<String> jvmFlags() {
        return jvmFlags;
    }

    /** Makes this system's contestant; nothing is started before a job needs it. */
    public Contestant enter(int threads) throws ReflectiveOperationException {
        return Class.forName(className)
                .asSubclass(Contestant.class)
                .getConstructor(int.class)
                .newInstance(threads);
    }

    /** Which jars a system runs with. */
    private enum Libraries {
        NONE {
            @Override
            boolean contain(String jarName) {
                return false;
            }
        },
        ENGINE {
            @Override
            boolean contain(String jarName) {
                return ENGINE_JARS.stream().anyMatch(jarName::startsWith);
            }
        },
        HAZELCAST {
            @Override
            boolean contain(String jarName) {
                return jarName.startsWith("hazelcast-");
            }
        },
        ALL_BUT_ENGINE {
            @Override
            boolean contain(String jarName) {
                return !jarName.startsWith("engine-") && !jarName.startsWith("hazelcast-");
            }
        };

        private static final List<String> ENGINE_JARS = List.of(
                "engine-",
                "kryo5-",
                "slf4j-api-",
                "jspecify-",
                "lz4-java-",
                "netty-buffer-",
                "netty-codec-base-",
                "netty-common-",
                "netty-resolver-4",
                "netty-transport-4");

        abstract boolean contain(String jarName);
    }

    /** What Hazelcast asks for when it starts without. */
    private static final class HazelcastFlags {

        private static final List<String> LIST = List.of(
                "--add-modules=java.se",
                "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED",
                "--add-opens=java.base/java.lang=ALL-UNNAMED",
                "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
                "--add-opens=java.management/sun.management=ALL-UNNAMED",
                "--add-opens=jdk.management/com.sun.management.internal=ALL-UNNAMED");
    }

    /** What Spark's own launcher gives a JVM. */
    private static final class SparkFlags {

        private static final List<String> OPENED = List.of(
                "java.lang",
                "java.lang.invoke",
                "java.lang.reflect",
                "java.io",
                "java.net",
                "java.nio",
                "java.util",
                "java.util.concurrent",
                "java.util.concurrent.atomic",
                "jdk.internal.ref",
                "sun.nio.ch",
                "sun.nio.cs",
                "sun.security.action",
                "sun.util.calendar");

        private static final List<String> LIST = Stream.concat(
                        Stream.of(
                                "-XX:+IgnoreUnrecognizedVMOptions",
                                "-Djdk.reflect.useDirectMethodHandle=false",
                                "-Dio.netty.tryReflectionSetAccessible=true"),
                        OPENED.stream().map(name -> "--add-opens=java.base/" + name + "=ALL-UNNAMED"))
                .toList();
    }
}
