package dev.favilla.testing;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Spares a test, or all tests of a class and the classes nested in it, the audit of {@link NoLeaks}.
 *
 * <p>For tests that cannot clean up, not for those that do not.
 */
@Documented
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
public @interface AllowsLeaks {

    /** Why nothing better is possible; must not be blank. */
    String reason();
}
