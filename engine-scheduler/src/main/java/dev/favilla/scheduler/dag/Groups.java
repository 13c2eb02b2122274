package dev.favilla.scheduler.dag;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The groups whose future jobs are cancelled, too: a bounded number of them, the latest. */
final class Groups {

    private static final int REMEMBERED = 1000;

    private final Map<String, String> reasons = new LinkedHashMap<>();

    void cancelFuture(String group, String reason) {
        reasons.remove(group);
        reasons.put(group, reason);
        if (reasons.size() > REMEMBERED) {
            Iterator<String> oldest = reasons.keySet().iterator();
            oldest.next();
            oldest.remove();
        }
    }

    /** Takes over what another was told. */
    void follow(Groups before) {
        reasons.putAll(before.reasons);
    }

    /** Returns why a job of that group must not run; null if it may. */
    @Nullable
    String whyCancelled(@Nullable String group) {
        return group == null ? null : reasons.get(group);
    }
}
