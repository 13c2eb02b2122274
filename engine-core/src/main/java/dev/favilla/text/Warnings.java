package dev.favilla.text;

import java.io.Serializable;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says once, of each file of a dataset, what is odd about it and no error. Used by any number of attempts at once. */
final class Warnings implements Serializable {

    private static final long serialVersionUID = 1L;

    private final Set<String> said = ConcurrentHashMap.newKeySet();

    void trailingGarbage(String file) {
        if (said.add(file)) {
            logger().warn("'{}' goes on behind the end of what is gzip; that was ignored, as gzip does", file);
        }
    }

    /** Asked for only when there is something to say: without a binding the first logger prints a banner. */
    private static Logger logger() {
        return LoggerFactory.getLogger(Warnings.class);
    }
}
