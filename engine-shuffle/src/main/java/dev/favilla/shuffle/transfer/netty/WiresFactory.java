package dev.favilla.shuffle.transfer.netty;

import dev.favilla.shuffle.BlockServers;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.netty.util.internal.logging.JdkLoggerFactory;
import java.time.Duration;
import java.util.ServiceLoader;
import java.util.concurrent.ThreadFactory;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.SLF4JServiceProvider;

/** Opens {@link Wires}, and the first of a JVM without a word. */
final class WiresFactory {

    static {
        keepQuiet();
    }

    private WiresFactory() {}

    /** Returns what is being opened; what is asked for meanwhile waits for it. */
    static Wires open(
            boolean overLoopback,
            BlockServers servers,
            Duration patience,
            ThreadFactory forLoop,
            ThreadFactory forMakers) {
        Medium medium = overLoopback ? new LoopbackMedium() : new LocalMedium();
        Wires wires = new Wires(medium, servers, patience, forLoop, forMakers);
        wires.open();
        return wires;
    }

    /**
     * Netty logs by SLF4J where that has a provider, and finds out by asking for a logger, which prints a banner where it
     * has none. Netty ends up with another logging there, so that of the JDK is chosen before it asks.
     */
    private static void keepQuiet() {
        ClassLoader loader = LoggerFactory.class.getClassLoader();
        if (!ServiceLoader.load(SLF4JServiceProvider.class, loader).iterator().hasNext()) {
            InternalLoggerFactory.setDefaultFactory(JdkLoggerFactory.INSTANCE);
        }
    }
}
