package dev.favilla.spark;

import dev.favilla.scheduler.JobScheduler;
import dev.favilla.spi.Cluster;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkContext$;
import org.jspecify.annotations.Nullable;

/** A context of Spark's that one of ours runs its jobs on. */
final class SparkConnection implements Cluster {

    private static final int CONNECT_MILLIS = 5_000;

    /** Spark's manager of memory and ours share the heap; together they leave as much as either does alone. */
    private static final String SHARE_OF_HEAP = "0.4";

    /** A class of each library that tasks need. */
    private static final List<String> LIBRARIES = List.of(
            "dev.favilla.EngineContext",
            "dev.favilla.scheduler.JobScheduler",
            "dev.favilla.shuffle.Partitioner",
            "dev.favilla.serializer.Serializer",
            "dev.favilla.spark.SparkProvider",
            "com.esotericsoftware.kryo.kryo5.Kryo",
            "net.jpountz.lz4.LZ4Factory",
            "org.jspecify.annotations.Nullable");

    private final SparkContext spark;

    /** Whether it was made here, and is to be stopped here. */
    private final boolean own;

    private SparkConnection(SparkContext spark, boolean own) {
        this.spark = spark;
        this.own = own;
    }

    static SparkConnection open(SparkMaster master, String appName) {
        SparkContext active = active();
        if (master.kind() == SparkMaster.Kind.EXISTING) {
            if (active == null) {
                throw new IllegalStateException("There is no SparkContext in this process whose jobs could be run for"
                        + " the master spark:existing. Make one before, and use SparkEngine.builder(context).");
            }
            return new SparkConnection(active, false);
        }
        if (active != null) {
            throw new IllegalStateException("There is a SparkContext in this process already, " + active.appName()
                    + " on " + active.master() + ", and Spark has one at a time. Close it, or run on it with"
                    + " SparkEngine.builder(context).");
        }
        SparkConf conf = conf(master, appName);
        requireAnswer(conf.get("spark.master"));
        try {
            return new SparkConnection(new SparkContext(conf), true);
        } catch (Exception | LinkageError e) { // Scala declares nothing: Spark's own is a checked one
            throw new IllegalStateException(
                    "Spark could not be started with the master " + conf.get("spark.master") + ": " + e
                            + ". If it speaks of modules, start this JVM with Spark's --add-opens flags, as docs/clusters.md"
                            + " lists them.",
                    e);
        }
    }

    private static @Nullable SparkContext active() {
        scala.Option<SparkContext> active = SparkContext$.MODULE$.getActive();
        return active.isDefined() && !active.get().isStopped() ? active.get() : null;
    }

    private static SparkConf conf(SparkMaster master, String appName) {
        SparkConf conf = new SparkConf();
        if (master.kind() == SparkMaster.Kind.NAMED) {
            conf.setMaster(master.text());
        } else if (!conf.contains("spark.master")) {
            throw new IllegalStateException("The master spark is the one that spark-submit has set, and none was: start"
                    + " the program with spark-submit, or name the master, as in spark://host:7077.");
        }
        conf.setIfMissing("spark.app.name", appName);
        conf.setIfMissing("spark.ui.enabled", "false");
        conf.setIfMissing("spark.memory.fraction", SHARE_OF_HEAP);
        if (master.isLocal()) {
            conf.setIfMissing("spark.driver.host", "localhost");
            conf.setIfMissing("spark.driver.bindAddress", "127.0.0.1");
        } else {
            shipLibraries(conf);
        }
        return conf;
    }

    /**
     * Has executors fetch our jars from here, beside those that were named. One of a name that was named is left out: where a
     * worker runs the driver, it is a copy of that jar, and Spark takes no two of one name.
     */
    private static void shipLibraries(SparkConf conf) {
        Set<String> jars = Stream.of(conf.get("spark.jars", "").split(",", -1))
                .filter(jar -> !jar.isBlank())
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> named = jars.stream().map(SparkConnection::fileName).collect(Collectors.toSet());
        jars().stream().filter(jar -> !named.contains(fileName(jar))).forEach(jars::add);
        if (!jars.isEmpty()) {
            conf.set("spark.jars", String.join(",", jars));
        }
    }

    private static String fileName(String jar) {
        return jar.substring(jar.lastIndexOf('/') + 1);
    }

    private static List<String> jars() {
        List<String> jars = new ArrayList<>();
        for (String library : LIBRARIES) {
            try {
                CodeSource source = Class.forName(library, false, SparkConnection.class.getClassLoader())
                        .getProtectionDomain()
                        .getCodeSource();
                if (source != null && source.getLocation().getPath().endsWith(".jar")) {
                    jars.add(source.getLocation().toString());
                }
            } catch (ClassNotFoundException | LinkageError e) {
                throw new IllegalStateException(
                        library
                                + " is not on the class path, which every dependency on dev.favilla:engine-spark brings:"
                                + " look whether an exclusion has removed it.",
                        e);
            }
        }
        return jars;
    }

    /** Spark itself waits for a minute, and then ends its context in the background. */
    private static void requireAnswer(String master) {
        String prefix = "spark://";
        if (!master.startsWith(prefix)) {
            return;
        }
        List<String> silent = new ArrayList<>();
        for (String address : master.substring(prefix.length()).split(",", -1)) {
            int colon = address.lastIndexOf(':');
            try (Socket socket = new Socket()) {
                int port = Integer.parseInt(address.substring(colon + 1));
                socket.connect(new InetSocketAddress(address.substring(0, Math.max(0, colon)), port), CONNECT_MILLIS);
                return;
            } catch (IOException e) {
                silent.add(address + " (" + e.getMessage() + ")");
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("master must be spark://host:port, got " + master, e);
            }
        }
        throw new IllegalStateException("No Spark master answers at " + String.join(", ", silent) + ". Start one with"
                + " sbin/start-master.sh, or correct the master " + master + ".");
    }

    @Override
    public int slots() {
        return spark.defaultParallelism();
    }

    @Override
    public JobScheduler start(Driver driver) {
        return new SparkScheduler(spark, driver, this::disconnect);
    }

    @Override
    public void disconnect() {
        if (!own) {
            return;
        }
        boolean interrupted = Thread.interrupted(); // Spark would stop half, and no other context could be opened
        try {
            spark.stop();
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public String toString() {
        return "Spark " + spark.version() + " on " + spark.master();
    }
}
