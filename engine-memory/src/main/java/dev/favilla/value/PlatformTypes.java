package dev.favilla.value;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Tells the classes of the JDK from others, and which of them are what: what no class says of itself. */
public final class PlatformTypes {

    /** The value classes of {@code java.time}. */
    public static final Set<Class<?>> JAVA_TIME = Set.of(
            Duration.class,
            Instant.class,
            LocalDate.class,
            LocalDateTime.class,
            LocalTime.class,
            MonthDay.class,
            OffsetDateTime.class,
            OffsetTime.class,
            Period.class,
            Year.class,
            YearMonth.class,
            ZonedDateTime.class,
            ZoneOffset.class,
            ZoneId.of("Europe/Rome").getClass()); // the one class of all regions, not public

    private static final Set<Class<?>> COLLECTIONS = Set.of(
            List.of().getClass(),
            List.of(1).getClass(),
            Set.of().getClass(),
            Set.of(1).getClass());

    private static final Set<Class<?>> MAPS =
            Set.of(Map.of().getClass(), Map.of(1, 1).getClass());

    private PlatformTypes() {}

    /** Returns whether {@code type} belongs to the JDK, whose fields are closed to us. */
    public static boolean isPlatform(Class<?> type) {
        ClassLoader loader = type.getClassLoader();
        return loader == null || loader == ClassLoader.getPlatformClassLoader();
    }

    /** Returns whether instances of exactly {@code type} are unmodifiable collections of the JDK. */
    public static boolean isUnmodifiableCollection(Class<?> type) {
        return COLLECTIONS.contains(type);
    }

    /** Returns whether instances of exactly {@code type} are unmodifiable maps of the JDK. */
    public static boolean isUnmodifiableMap(Class<?> type) {
        return MAPS.contains(type);
    }
}
